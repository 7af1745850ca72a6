package io.litestream.core.codec;

import io.litestream.core.codec.Lz4FormatException.Damage;
import io.litestream.core.codec.Lz4Frame.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses one LZ4 frame, with which its source must end, unless it is said otherwise. Can be
 * used for many frames, one after the other, to keep its buffers: they grow to what the blocks
 * really hold, not to what the header allows (4 MiB, in everything that the peer writes), and not
 * beyond twice that. Used by one thread.
 *
 * <p>Every kind of damage is an {@link Lz4FormatException}; the content's checksum is compared when
 * the end is reached, and {@code read} answers -1 only if it matches and nothing follows.
 */
public final class Lz4InputStream extends InputStream {

  private static final int FIRST_BUFFER = 64 << 10;
  private static final int PORTION = 128 << 10;
  private static final String AGE = "age-encryption.org/";

  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
  private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
  private final StreamingXXHash32 checksum =
      XXHashFactory.fastestInstance().newStreamingHash32(Lz4Frame.SEED);
  private final byte[] small = new byte[Long.BYTES];
  private byte[] compressed = new byte[0];

  /** Decompressed bytes; in front of {@code at}, with linked blocks, what they may refer to. */
  private byte[] block = new byte[0];

  private int at;
  private int limit;
  private InputStream in;
  private @Nullable Descriptor descriptor;
  private byte @Nullable [] note;
  private long contentLength;
  private boolean ended;

  /** Whether more than the frame may come from the source. */
  private boolean within;

  /**
   * @param in the compressed bytes, from the frame's first to the end of the stream
   */
  public Lz4InputStream(InputStream in) {
    this.in = in;
  }

  /** Turns to another frame. The source before is not closed. */
  public void next(InputStream source) {
    within = false;
    begin(source);
  }

  /**
   * Turns to a frame that something else follows in its source. Not a byte after the frame's end is
   * read from there.
   */
  public void nextWithin(InputStream source) {
    within = true;
    begin(source);
  }

  private void begin(InputStream source) {
    in = source;
    descriptor = null;
    note = null;
    at = 0;
    limit = 0;
    contentLength = 0;
    ended = false;
    checksum.reset();
  }

  /**
   * Whether the frame carries a checksum of its content. Known once a byte, or the end, was read.
   */
  public boolean hasContentChecksum() {
    return descriptor != null && descriptor.contentChecksum();
  }

  /** What was put behind the frame. Known once the end was read. */
  public Optional<byte[]> note() {
    return Optional.ofNullable(note).map(byte[]::clone);
  }

  @Override
  public int read() throws IOException {
    return fill() ? block[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, bytes.length);
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int part = Math.min(count, limit - at);
    System.arraycopy(block, at, bytes, offset, part);
    at += part;
    return part;
  }

  @Override
  public int available() {
    return limit - at;
  }

  /** Closes the source. */
  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    while (at == limit) {
      if (ended) {
        return false;
      }
      Descriptor frame = descriptor;
      if (frame == null) {
        frame = readDescriptor();
        descriptor = frame;
      }
      int header = readInt();
      if (header == 0) {
        readEnd(frame);
        ended = true;
        return false;
      }
      readBlock(frame, header);
    }
    return true;
  }

  private Descriptor readDescriptor() throws IOException {
    int got = in.readNBytes(small, 0, Integer.BYTES);
    if (got == 0) {
      throw new Lz4FormatException(Damage.EMPTY, "is empty");
    }
    if (got < Integer.BYTES) {
      throw truncated();
    }
    int magic = (int) Lz4Frame.INT.get(small, 0);
    if (magic != Lz4Frame.MAGIC) {
      if (AGE.startsWith(new String(small, 0, Integer.BYTES, StandardCharsets.ISO_8859_1))) {
        throw new Lz4FormatException(
            Damage.ENCRYPTED,
            "is encrypted with age, and no identity is configured to decrypt it with");
      }
      throw new Lz4FormatException(
          Damage.NOT_LZ4,
          "is no LZ4 frame (begins with 0x%08x instead of 0x184d2204)".formatted(magic));
    }
    byte[] head = new byte[2 + Long.BYTES];
    readFully(head, 0, 2);
    int flags = head[0];
    if (!Descriptor.isReadable(flags, head[1])) {
      throw new Lz4FormatException(
          Damage.NOT_LZ4,
          "has a damaged or unknown LZ4 header (0x%02x%02x)".formatted(head[0], head[1]));
    }
    int length = 2;
    long contentSize = -1;
    if ((flags & Descriptor.CONTENT_SIZE) != 0) {
      readFully(head, 2, Long.BYTES);
      length += Long.BYTES;
      contentSize = (long) Lz4Frame.LONG.get(head, 2);
    }
    readFully(small, 0, 1);
    if (small[0] != (byte) (hash.hash(head, 0, length, Lz4Frame.SEED) >> 8)) {
      throw new Lz4FormatException(Damage.CHECKSUM, "has a wrong checksum in its LZ4 header");
    }
    return Descriptor.of(flags, head[1], contentSize);
  }

  /** Reads what follows the frame: frames to be skipped, one of which may be a note. */
  private void readNotes() throws IOException {
    int got = in.readNBytes(small, 0, Integer.BYTES);
    while (got > 0) {
      int magic = (int) Lz4Frame.INT.get(small, 0);
      if (got < Integer.BYTES || (magic & Lz4Frame.SKIPPABLE_MASK) != Lz4Frame.SKIPPABLE) {
        throw new Lz4FormatException(Damage.TRAILING, "goes on after the end of its LZ4 frame");
      }
      readSkippable(magic);
      got = in.readNBytes(small, 0, Integer.BYTES);
    }
  }

  private void readSkippable(int magic) throws IOException {
    int size = readInt();
    if (size < 0 || size > Lz4Frame.LONGEST_NOTE) {
      throw new Lz4FormatException(
          Damage.MALFORMED,
          "ends with a note of %s bytes".formatted(Integer.toUnsignedString(size)));
    }
    byte[] frame = new byte[size];
    readFully(frame, 0, size);
    if (magic != Lz4Frame.NOTE || size < Integer.BYTES) {
      return;
    }
    int length = size - Integer.BYTES;
    if ((int) Lz4Frame.INT.get(frame, length) != hash.hash(frame, 0, length, Lz4Frame.SEED)) {
      throw new Lz4FormatException(
          Damage.CHECKSUM, "ends with a note that does not match its checksum");
    }
    note = Arrays.copyOf(frame, length);
  }

  private void readBlock(Descriptor frame, int header) throws IOException {
    boolean stored = (header & Lz4Frame.STORED) != 0;
    int size = header & ~Lz4Frame.STORED;
    if (size > frame.maxBlock()) {
      throw new Lz4FormatException(
          Damage.MALFORMED,
          "has a block of %d bytes where at most %d are allowed".formatted(size, frame.maxBlock()));
    }
    if (compressed.length < size) {
      compressed = new byte[grown(size, frame.maxBlock())];
    }
    readFully(compressed, 0, size);
    if (frame.blockChecksums() && readInt() != hash.hash(compressed, 0, size, Lz4Frame.SEED)) {
      throw new Lz4FormatException(Damage.CHECKSUM, "has a block with a wrong checksum");
    }
    int history = frame.linked() ? slideWindow() : 0;
    at = history;
    limit = history;
    int length;
    if (stored) {
      reserve(history, history + size);
      System.arraycopy(compressed, 0, block, history, size);
      length = size;
    } else if (frame.linked()) {
      reserve(history, history + frame.maxBlock());
      length = LinkedBlock.decompress(compressed, size, block, history);
      if (length < 0) {
        throw malformed();
      }
    } else {
      length = decompress(size, frame.maxBlock());
    }
    checksum.update(block, history, length);
    contentLength += length;
    limit = history + length;
  }

  /** Moves the window that linked blocks refer to, to the front; gives its length. */
  private int slideWindow() {
    int history = Math.min(limit, Lz4Frame.WINDOW);
    System.arraycopy(block, limit - history, block, 0, history);
    return history;
  }

  /** The library tells "too small a target" from "damaged" by nothing but a larger target. */
  private int decompress(int size, int maxBlock) throws IOException {
    reserve(0, grown(Math.min(maxBlock, 4L * size), maxBlock));
    while (true) {
      try {
        int room = Math.min(block.length, maxBlock);
        return decompressor.decompress(compressed, 0, size, block, 0, room);
      } catch (LZ4Exception e) {
        if (block.length >= maxBlock) {
          throw malformed();
        }
        block = new byte[grown(block.length + 1L, maxBlock)];
      }
    }
  }

  /** The next power of two, so that many slightly larger blocks cost few allocations. */
  private static int grown(long size, int maxBlock) {
    long power = Long.highestOneBit(Math.max(size, FIRST_BUFFER) * 2 - 1);
    return (int) Math.min(power, maxBlock);
  }

  private void reserve(int history, int size) {
    if (block.length < size) {
      byte[] larger = new byte[size];
      System.arraycopy(block, 0, larger, 0, history);
      block = larger;
    }
  }

  private void readEnd(Descriptor frame) throws IOException {
    if (frame.contentChecksum() && readInt() != checksum.getValue()) {
      throw new Lz4FormatException(Damage.CHECKSUM, "has content that does not match its checksum");
    }
    if (frame.contentSize() >= 0 && frame.contentSize() != contentLength) {
      throw new Lz4FormatException(
          Damage.MALFORMED,
          "holds %d bytes of content where its header says %d"
              .formatted(contentLength, frame.contentSize()));
    }
    if (!within) {
      readNotes();
    }
  }

  private int readInt() throws IOException {
    readFully(small, 0, Integer.BYTES);
    return (int) Lz4Frame.INT.get(small, 0);
  }

  private void readFully(byte[] bytes, int offset, int count) throws IOException {
    // In portions: a file's stream copies through memory outside the heap, as much as is asked for
    // at once, and keeps that memory for each thread.
    for (int done = 0; done < count; done += PORTION) {
      int part = Math.min(count - done, PORTION);
      if (in.readNBytes(bytes, offset + done, part) < part) {
        throw truncated();
      }
    }
  }

  private static Lz4FormatException truncated() {
    return new Lz4FormatException(Damage.TRUNCATED, "is truncated: its LZ4 frame has no end");
  }

  private static Lz4FormatException malformed() {
    return new Lz4FormatException(Damage.MALFORMED, "has a block that cannot be decompressed");
  }
}
