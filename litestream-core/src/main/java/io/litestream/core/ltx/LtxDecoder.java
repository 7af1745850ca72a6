package io.litestream.core.ltx;

import io.litestream.core.codec.Lz4Block;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.codec.Lz4FormatException.Damage;
import io.litestream.core.codec.Lz4InputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads one LTX file, to whose end its source must lead: the header, each page, and at the end what
 * proves that all of it is as it was written. Memory does not grow with the file. Can be used for
 * many files, one after the other, to keep its buffers. Used by one thread.
 *
 * <p>Every kind of damage is an {@link LtxFormatException}.
 */
public final class LtxDecoder {

  private static final int PAGE_HEADER_SIZE = 6;
  private static final int TRAILER_SIZE = 16;
  private static final int SIZED_BLOCK = 1;

  /** A varint of 64 bits takes at most so many bytes. */
  private static final int LONGEST_VARINT = 10;

  private final Crc64 crc = new Crc64();
  private final byte[] small = new byte[LtxHeader.SIZE];
  private final Lz4InputStream frame = new Lz4InputStream(InputStream.nullInputStream());
  private byte[] compressed = new byte[0];
  private InputStream in;
  private @Nullable LtxHeader header;
  private long pageCount;
  private long lastPage;
  private boolean ended;
  private OptionalLong after = OptionalLong.empty();

  /**
   * @param in the file's bytes; not closed. Many small pieces are read from it
   */
  public LtxDecoder(InputStream in) {
    this.in = in;
  }

  /** Turns to another file. */
  public void next(InputStream source) {
    in = source;
    crc.reset();
    header = null;
    pageCount = 0;
    lastPage = 0;
    ended = false;
    after = OptionalLong.empty();
  }

  /** The header; reads it, when called for the first time. */
  public LtxHeader header() throws IOException {
    LtxHeader known = header;
    if (known == null) {
      readHashed(small, LtxHeader.SIZE);
      known = LtxHeader.parse(small);
      header = known;
    }
    return known;
  }

  /**
   * Reads the next page.
   *
   * @param into gets the page, from the offset on
   * @return the page's number, greater than the one before; or 0 after the last one: the file is
   *     then proved to be whole
   */
  public long nextPage(byte[] into, int offset) throws IOException {
    LtxHeader file = header();
    if (ended) {
      return 0;
    }
    readHashed(small, PAGE_HEADER_SIZE);
    ByteBuffer buffer = ByteBuffer.wrap(small);
    long page = buffer.getInt(0) & 0xFFFFFFFFL;
    int flags = buffer.getShort(4) & 0xFFFF;
    if (page == 0 && flags == 0) {
      finish(file);
      return 0;
    }
    requirePlausible(file, page, flags);
    try {
      if (flags == SIZED_BLOCK) {
        readBlock(file.pageSize(), into, offset);
      } else {
        readFrame(file.pageSize(), into, offset);
      }
    } catch (Lz4FormatException e) {
      if (e.damage() == Damage.EMPTY || e.damage() == Damage.TRUNCATED) {
        throw truncated();
      }
      throw new LtxFormatException("is damaged: its page %d %s".formatted(page, e.getMessage()), e);
    }
    crc.update(into, offset, file.pageSize());
    lastPage = page;
    pageCount++;
    return page;
  }

  /** The database checksum after the last transaction, if it is kept; known after the last page. */
  public OptionalLong after() {
    return after;
  }

  private void requirePlausible(LtxHeader file, long page, int flags) throws LtxFormatException {
    if (page == 0 || (flags & ~SIZED_BLOCK) != 0) {
      throw new LtxFormatException(
          "is damaged: after page %d comes page %d with flags 0x%04x"
              .formatted(lastPage, page, flags));
    }
    if (page <= lastPage) {
      throw new LtxFormatException(
          "is damaged: page %d comes after page %d".formatted(page, lastPage));
    }
    if (page > file.pages()) {
      throw new LtxFormatException(
          "is damaged: it holds page %d of a database of %d pages".formatted(page, file.pages()));
    }
    if (page == file.lockPage()) {
      throw new LtxFormatException(
          "is damaged: it holds page %d, which SQLite never uses".formatted(page));
    }
  }

  private void readBlock(int pageSize, byte[] into, int offset) throws IOException {
    readHashed(small, Integer.BYTES);
    int size = ByteBuffer.wrap(small).getInt(0);
    int most = Lz4Block.mostCompressed(pageSize);
    if (size < 1 || size > most) {
      throw new LtxFormatException(
          "is damaged: a page of %d bytes takes %s bytes where at most %d are possible"
              .formatted(pageSize, Integer.toUnsignedString(size), most));
    }
    if (compressed.length < most) {
      compressed = new byte[most];
    }
    readFully(compressed, size);
    Lz4Block.decompress(compressed, size, into, offset, pageSize);
  }

  private void readFrame(int pageSize, byte[] into, int offset) throws IOException {
    frame.nextWithin(in);
    if (frame.readNBytes(into, offset, pageSize) < pageSize || frame.read() >= 0) {
      throw new LtxFormatException(
          "is damaged: a page has another length than " + pageSize + " bytes");
    }
  }

  private void finish(LtxHeader file) throws IOException {
    readIndex();
    readFully(small, TRAILER_SIZE);
    crc.update(small, 0, TRAILER_SIZE - Long.BYTES);
    ByteBuffer trailer = ByteBuffer.wrap(small);
    long checksum = trailer.getLong(TRAILER_SIZE - Long.BYTES);
    long expected = crc.value() | DatabaseChecksum.PRESENT;
    if (checksum != expected) {
      throw new LtxFormatException(
          "is damaged: its content does not match its checksum (%016x instead of %016x)"
              .formatted(expected, checksum));
    }
    if (in.read() >= 0) {
      throw new LtxFormatException("goes on after its end");
    }
    long database = trailer.getLong(0);
    if (file.checksummed() ? database >= 0 : database != 0) {
      throw new LtxFormatException(
          "has an impossible database checksum at its end: %016x".formatted(database));
    }
    after = file.checksummed() ? OptionalLong.of(database) : OptionalLong.empty();
    ended = true;
  }

  /** Nothing of the index is needed here; what it says of its own length is checked. */
  private void readIndex() throws IOException {
    long size = 1;
    for (long entry = 0; ; entry++) {
      long page = readVarint();
      if (page == 0) {
        if (entry != pageCount) {
          throw new LtxFormatException(
              "is damaged: it holds %d pages, and its index %d".formatted(pageCount, entry));
        }
        break;
      }
      size += varintSize(page) + varintSize(readVarint()) + varintSize(readVarint());
      if (entry == pageCount) {
        throw new LtxFormatException(
            "is damaged: it holds %d pages, and its index more".formatted(pageCount));
      }
    }
    readHashed(small, Long.BYTES);
    if (ByteBuffer.wrap(small).getLong(0) != size) {
      throw new LtxFormatException(
          "is damaged: its index has %d bytes, and says %s"
              .formatted(size, Long.toUnsignedString(ByteBuffer.wrap(small).getLong(0))));
    }
  }

  private long readVarint() throws IOException {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      readHashed(small, 1);
      value |= (small[0] & 0x7FL) << (7 * i);
      if (small[0] >= 0) {
        return value;
      }
    }
    throw new LtxFormatException("is damaged: its index holds an impossible number");
  }

  private static int varintSize(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  private void readHashed(byte[] bytes, int count) throws IOException {
    readFully(bytes, count);
    crc.update(bytes, 0, count);
  }

  private void readFully(byte[] bytes, int count) throws IOException {
    if (in.readNBytes(bytes, 0, count) < count) {
      throw truncated();
    }
  }

  private static LtxFormatException truncated() {
    return new LtxFormatException("is truncated");
  }
}
