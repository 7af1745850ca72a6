package io.litestream.testkit;

import static java.util.Objects.requireNonNull;

import io.litestream.testkit.HttpFault.Ending;
import java.time.Duration;

/** What a {@link TcpFaultProxy} does wrong with one connection. */
public sealed interface TcpFault {

  /** Each run of bytes arrives later by this much, in both directions. */
  static TcpFault delay(Duration duration) {
    return new Delay(duration);
  }

  /** The server gets the client's first {@code bytes}; then both sides are reset. */
  static TcpFault resetAfterSending(long bytes) {
    return new Cut(true, bytes, Ending.RESET);
  }

  /** The client gets the server's first {@code bytes}; then both sides are reset. */
  static TcpFault resetAfterReceiving(long bytes) {
    return new Cut(false, bytes, Ending.RESET);
  }

  /**
   * The server gets the client's first {@code bytes}; then nothing passes any more, in either
   * direction, and the connection stays open. With 0 the client hears nothing at all.
   */
  static TcpFault hangAfterSending(long bytes) {
    return new Cut(true, bytes, Ending.HANG);
  }

  /** See {@link #delay}. */
  record Delay(Duration duration) implements TcpFault {
    public Delay {
      requireNonNull(duration, "duration");
    }
  }

  /**
   * The end of a connection.
   *
   * @param fromClient whether the bytes are those that the client sends, or those that it gets
   * @param bytes how many pass before it
   */
  record Cut(boolean fromClient, long bytes, Ending ending) implements TcpFault {
    public Cut {
      if (bytes < 0) {
        throw new IllegalArgumentException("a cut is at byte 0 or later, not " + bytes);
      }
    }
  }
}
