package io.litestream.core.age;

import com.exceptionfactory.jagged.PayloadException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Objects;

/** What an age file holds. Used by one thread. */
final class AgeInputStream extends InputStream {

  private final InputStream source;
  private final ReadableByteChannel channel;

  /**
   * Reads the header.
   *
   * @param source the age file, to its end; closed by this stream, but not if the header fails
   */
  AgeInputStream(InputStream source, List<String> identities) throws IOException {
    this.source = source;
    this.channel = AgeLibrary.decrypting(new Source(source), identities);
  }

  /** The library reads into buffers that are arrays; nothing is copied on the way. */
  private record Source(InputStream in) implements ReadableByteChannel {

    @Override
    public int read(ByteBuffer target) throws IOException {
      int got =
          in.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
      if (got > 0) {
        target.position(target.position() + got);
      }
      return got;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, bytes.length);
    if (count == 0) {
      return 0;
    }
    try {
      return channel.read(ByteBuffer.wrap(bytes, offset, count));
    } catch (PayloadException | RuntimeException e) {
      throw AgeLibrary.damaged();
    }
  }

  @Override
  public void close() throws IOException {
    try (source) {
      channel.close();
    }
  }
}
