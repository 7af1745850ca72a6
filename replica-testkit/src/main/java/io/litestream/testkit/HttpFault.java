package io.litestream.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;

/**
 * What a {@link HttpFaultProxy} does wrong with one request. Bytes of a message are counted from
 * the first one of its head, line by line as it is on the wire.
 */
public sealed interface HttpFault {

  /** The request is passed on and answered, but later. */
  static HttpFault delay(Duration duration) {
    return new Delay(duration);
  }

  /**
   * The server gets the first {@code bytes} of the request; then both connections are reset. With 0
   * the server never hears of the request. A request that is not longer passes unharmed.
   */
  static HttpFault resetRequestAt(long bytes) {
    return new Cut(Part.REQUEST, bytes, Ending.RESET);
  }

  /**
   * The server gets the whole request, and the client the first {@code bytes} of the answer; then
   * both connections are reset. With 0 the answer is lost: the server has done what it was asked.
   * An answer that is not longer passes unharmed.
   */
  static HttpFault resetResponseAt(long bytes) {
    return new Cut(Part.RESPONSE, bytes, Ending.RESET);
  }

  /**
   * The client gets the answer's head and the first {@code bytes} of its body; then the connection
   * ends as if that were all. A body that is not longer passes unharmed.
   */
  static HttpFault truncateBodyAt(long bytes) {
    return new Cut(Part.RESPONSE_BODY, bytes, Ending.CLOSE);
  }

  /** The server never hears of the request, and the client never gets an answer. */
  static HttpFault hang() {
    return new Cut(Part.REQUEST, 0, Ending.HANG);
  }

  /**
   * The client gets the answer's head and the first {@code bytes} of its body, and then nothing.
   */
  static HttpFault hangInBodyAt(long bytes) {
    return new Cut(Part.RESPONSE_BODY, bytes, Ending.HANG);
  }

  /** The proxy answers in the server's place, which never hears of the request. */
  static HttpFault answer(int status) {
    return answer(status, Map.of(), "");
  }

  /** As {@link #answer(int)}, with a {@code Retry-After} in whole seconds. */
  static HttpFault answer(int status, Duration retryAfter) {
    return answer(status, Map.of("Retry-After", Long.toString(retryAfter.toSeconds())), "");
  }

  /** As {@link #answer(int)}, with the headers and the body of a server's error. */
  static HttpFault answer(int status, Map<String, String> headers, String body) {
    return new Answer(status, headers, body);
  }

  /** See {@link #delay}. */
  record Delay(Duration duration) implements HttpFault {
    public Delay {
      requireNonNull(duration, "duration");
    }
  }

  /** See {@link #answer(int, Map, String)}. */
  record Answer(int status, Map<String, String> headers, String body) implements HttpFault {
    public Answer {
      headers = Map.copyOf(headers);
      requireNonNull(body, "body");
    }
  }

  /**
   * The end of a connection within a message.
   *
   * @param bytes how many pass before it
   */
  record Cut(Part part, long bytes, Ending ending) implements HttpFault {
    public Cut {
      if (bytes < 0) {
        throw new IllegalArgumentException("a cut is at byte 0 or later, not " + bytes);
      }
    }
  }

  /** What a {@link Cut} counts the bytes of. */
  enum Part {
    REQUEST,
    RESPONSE,
    RESPONSE_BODY
  }

  /** How a connection ends. */
  enum Ending {
    /** By RST: what was under way is lost. */
    RESET,
    /** By FIN, in order. */
    CLOSE,
    /** Not at all: it stays open, and nothing comes. */
    HANG
  }
}
