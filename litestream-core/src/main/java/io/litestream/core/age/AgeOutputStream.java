package io.litestream.core.age;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Encrypts into one age file. Ends with {@link #finish()}; closing without it leaves a file that
 * reads as cut off, so that what an exception cut off can never be taken for whole. Takes about 130
 * KiB of memory. Used by one thread.
 */
public final class AgeOutputStream extends OutputStream {

  private final WritableByteChannel channel;
  private boolean finished;

  /**
   * Writes the header.
   *
   * @param target not closed by this stream
   * @param keys with one recipient at least
   */
  public AgeOutputStream(OutputStream target, AgeKeys keys) throws IOException {
    if (!keys.encrypts()) {
      throw new IllegalArgumentException("nobody to encrypt for");
    }
    this.channel = AgeLibrary.encrypting(new Target(target), keys.recipients());
  }

  /** The library writes from buffers that are arrays; nothing is copied on the way. */
  private record Target(OutputStream out) implements WritableByteChannel {

    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      out.write(source.array(), source.arrayOffset() + source.position(), count);
      source.position(source.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // the target is another's
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (finished) {
      throw new IOException("the age file has been finished");
    }
    channel.write(ByteBuffer.wrap(bytes, offset, count));
  }

  /** Ends the file: what remains, marked as the last. Does not close the target. */
  public void finish() throws IOException {
    if (!finished) {
      finished = true;
      channel.close();
    }
  }

  /** Passes on nothing: a chunk goes out when it is full. */
  @Override
  public void flush() {}

  /** Neither finishes the file nor closes the target. */
  @Override
  public void close() {}
}
