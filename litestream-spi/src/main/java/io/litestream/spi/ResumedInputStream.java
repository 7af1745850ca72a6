package io.litestream.spi;

import io.litestream.spi.ReplicaException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * An object being read. One request gives all of it; if its connection breaks, another one goes on
 * where it broke, as long as something worth the request has arrived. It ends where the object ends
 * and nowhere else, as {@link ReplicaStore#open} promises. Used by one thread.
 */
public final class ResumedInputStream extends InputStream {

  /** So much has to arrive for a break to be forgiven. */
  private static final int PROGRESS = 1 << 20;

  /** The object in its store, in one version: what has been read and what is to come is of one. */
  public interface Source {

    /**
     * Asks for the object from a byte on.
     *
     * @throws ReplicaException if the store refuses, or has another version by now
     */
    Answer request(long from) throws ReplicaException;

    /**
     * Looks whether there is any use in going on.
     *
     * @throws ReplicaException if the store has been closed, or the thread is interrupted
     */
    void requireUsable() throws ReplicaException;

    /** What the end of a connection means to a reader. */
    ReplicaException broken(Exception e);
  }

  /** A request that is being answered. */
  public interface Answer {

    InputStream body();

    /**
     * Lets go of the connection, without reading the rest, and tells the store's observer of the
     * request. Called once.
     *
     * @param bytes how many have been read
     * @param failed whether the connection broke
     */
    void end(long bytes, boolean failed);
  }

  private final String key;
  private final long length;
  private final int mostBreaks;
  private final Source source;
  private Answer answer;
  private long from;
  private long position;
  private int breaks;
  private boolean closed;

  /**
   * @param length of the object, in bytes
   * @param mostBreaks how often in a row connections may break before they have brought enough
   * @param first answers the request for all of the object
   */
  public ResumedInputStream(String key, long length, int mostBreaks, Source source, Answer first) {
    this.key = key;
    this.length = length;
    this.mostBreaks = mostBreaks;
    this.source = source;
    this.answer = first;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int wanted) throws IOException {
    Objects.checkFromIndexSize(offset, wanted, bytes.length);
    if (wanted == 0) {
      return 0;
    }
    while (position < length) {
      requireUsable();
      try {
        int read = answer.body().read(bytes, offset, wanted);
        if (read < 0) {
          throw new EOFException("after " + position + " of " + length + " bytes");
        }
        position += read;
        return read;
      } catch (IOException | RuntimeException e) {
        resume(e);
      }
    }
    return -1;
  }

  private void requireUsable() throws ReplicaException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, "read", key, null, "the stream has been closed", null);
    }
    source.requireUsable();
  }

  private void resume(Exception broken) throws ReplicaException {
    breaks = position - from < PROGRESS ? breaks + 1 : 1;
    end(true);
    if (breaks > mostBreaks || Thread.currentThread().isInterrupted()) {
      closed = true;
      throw source.broken(broken);
    }
    try {
      answer = source.request(position);
      from = position;
    } catch (ReplicaException e) {
      closed = true;
      throw e;
    }
  }

  private void end(boolean failed) {
    answer.end(position - from, failed);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      end(false);
    }
  }

  @Override
  public String toString() {
    return "ResumedInputStream[" + key + "]";
  }
}
