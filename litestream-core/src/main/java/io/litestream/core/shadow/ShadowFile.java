package io.litestream.core.shadow;

import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The shadow file of one index, open for appending. Used by one thread at a time; what lies before
 * {@link #length()} never changes, so others may read it from the file meanwhile.
 */
public final class ShadowFile implements AutoCloseable {

  private static final int SCAN_BYTES = 1 << 20;

  private final Path path;
  private final int index;
  private final FileChannel channel;
  private final WalHeader header;
  private long length;
  private long checksum;

  private ShadowFile(
      Path path, int index, FileChannel channel, WalHeader header, long length, long checksum) {
    this.path = path;
    this.index = index;
    this.channel = channel;
    this.header = header;
    this.length = length;
    this.checksum = checksum;
  }

  /**
   * Begins a file with a WAL's header. Whatever stands at the path is leftover of a crash and is
   * replaced.
   */
  static ShadowFile create(
      Path path, int index, byte[] headerBytes, WalHeader header, Ownership ownership)
      throws IOException {
    Files.deleteIfExists(path);
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      ownership.giveToFile(path);
      ShadowFile file = new ShadowFile(path, index, channel, header, 0, header.checksum());
      file.append(headerBytes, 0, WalHeader.SIZE, header.checksum());
      return file;
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(path); // a file without a header would end the generation at a restart
      throw e;
    }
  }

  /**
   * Opens a file to go on with it. Reads all of it and cuts off what a crash left behind the last
   * commit.
   *
   * @return empty if it does not begin with a whole, valid header
   */
  static Optional<ShadowFile> open(Path path, int index) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      byte[] buffer = new byte[SCAN_BYTES];
      byte[] headerBytes = new byte[WalHeader.SIZE];
      if (read(channel, headerBytes, WalHeader.SIZE, 0) < WalHeader.SIZE) {
        channel.close();
        return Optional.empty();
      }
      Optional<WalHeader> header = WalHeader.parse(headerBytes);
      if (header.isEmpty()) {
        channel.close();
        return Optional.empty();
      }
      FrameScanner scanner = FrameScanner.fromStart(header.get());
      FrameScanner.End end = FrameScanner.End.INPUT;
      int got = header.get().frameSize();
      while (end == FrameScanner.End.INPUT && got >= header.get().frameSize()) {
        got = read(channel, buffer, buffer.length, scanner.offset());
        end = scanner.scan(buffer, 0, got);
      }
      long length = scanner.committedOffset();
      if (channel.size() > length) {
        channel.truncate(length);
      }
      return Optional.of(
          new ShadowFile(path, index, channel, header.get(), length, scanner.committedChecksum()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Reads until the buffer is full or the file ends; returns how many bytes were read. */
  static int read(FileChannel channel, byte[] bytes, int length, long offset) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.position();
  }

  /**
   * Appends bytes that end with a commit. If it fails, the file counts as unchanged: the next
   * append writes over whatever arrived.
   *
   * @param newChecksum the running checksum after them
   */
  public void append(byte[] bytes, int start, int count, long newChecksum) throws IOException {
    writePart(bytes, start, count, length);
    length += count;
    checksum = newChecksum;
  }

  /**
   * Writes part of a transaction that is too large for one append, behind the length; it counts
   * once {@link #commitParts} says so.
   *
   * @param offset where in the file
   */
  public void writePart(byte[] bytes, int start, int count, long offset) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, start, count);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer, offset + buffer.position() - start);
      }
    } catch (IOException e) {
      // The operating system's words, such as those for a full disk, do not say which file.
      throw new IOException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }

  /** Counts parts that were written, up to the end of a commit. */
  public void commitParts(long newLength, long newChecksum) {
    length = newLength;
    checksum = newChecksum;
  }

  /** Makes what was appended survive a loss of power. */
  public void force() throws IOException {
    channel.force(true);
  }

  /** Reads back from the file, see {@link #read(FileChannel, byte[], int, long)}. */
  public int read(byte[] bytes, int count, long offset) throws IOException {
    return read(channel, bytes, count, offset);
  }

  /** The index whose WAL this is a copy of. */
  public int index() {
    return index;
  }

  /** The WAL's header. */
  public WalHeader header() {
    return header;
  }

  /** End of the last frame that was copied, in bytes. */
  public long length() {
    return length;
  }

  /** The running checksum of the last frame, or of the header if there is none. */
  public long checksum() {
    return checksum;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
