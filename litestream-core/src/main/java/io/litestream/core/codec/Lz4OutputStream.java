package io.litestream.core.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Compresses into one LZ4 frame, with the header that the peer writes. Ends with {@link #finish()};
 * closing without it leaves a frame that reads as truncated, so that what an exception cut off can
 * never be taken for whole. Used by one thread.
 *
 * <p>Memory grows with what is written, up to about 2 MiB: the header allows blocks of 4 MiB, but
 * nothing is lost by ending them at 1 MiB, and hundreds of databases may be uploading a few KiB
 * each.
 */
public final class Lz4OutputStream extends OutputStream {

  private static final int BLOCK = 1 << 20;
  private static final int FIRST_BUFFER = 8 << 10;

  private final OutputStream out;
  private final byte[] note;
  private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
  private final StreamingXXHash32 checksum =
      XXHashFactory.fastestInstance().newStreamingHash32(Lz4Frame.SEED);
  private byte[] block = new byte[0];
  private byte[] compressed = new byte[0];
  private int length;
  private boolean begun;
  private boolean finished;
  private boolean closed;

  /**
   * @param out where the frame goes; not closed by this stream
   */
  public Lz4OutputStream(OutputStream out) {
    this(out, new byte[0]);
  }

  /**
   * Has a note follow the frame: {@link Lz4InputStream#note()} hands it out, other readers pass
   * over it.
   *
   * @param out where frame and note go; not closed by this stream
   * @param note some bytes; empty for none
   */
  public Lz4OutputStream(OutputStream out, byte[] note) {
    if (note.length > Lz4Frame.LONGEST_NOTE - Integer.BYTES) {
      throw new IllegalArgumentException("a note of " + note.length + " bytes is too long");
    }
    this.out = out;
    this.note = note.clone();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (finished || closed) {
      throw new IOException("the LZ4 frame has been finished");
    }
    checksum.update(bytes, offset, count);
    int at = offset;
    int left = count;
    while (left > 0) {
      if (length == 0 && left >= BLOCK) {
        writeBlock(bytes, at, BLOCK);
        at += BLOCK;
        left -= BLOCK;
        continue;
      }
      int part = Math.min(left, BLOCK - length);
      reserve(length + part);
      System.arraycopy(bytes, at, block, length, part);
      length += part;
      at += part;
      left -= part;
      if (length == BLOCK) {
        writeBlock(block, 0, length);
        length = 0;
      }
    }
  }

  private void reserve(int size) {
    if (block.length < size) {
      int doubled = Math.max(FIRST_BUFFER, 2 * block.length);
      block = Arrays.copyOf(block, Math.min(BLOCK, Math.max(size, doubled)));
    }
  }

  /** Ends the frame: what remains, end mark, checksum, note. Does not close the target. */
  public void finish() throws IOException {
    if (finished) {
      return;
    }
    begin();
    if (length > 0) {
      writeBlock(block, 0, length);
    }
    byte[] end = new byte[2 * Integer.BYTES];
    Lz4Frame.INT.set(end, Integer.BYTES, checksum.getValue());
    out.write(end);
    if (note.length > 0) {
      writeNote();
    }
    out.flush();
    finished = true;
  }

  /** Passes on nothing: a block goes out when it is full. */
  @Override
  public void flush() {}

  /** Releases memory. Neither finishes the frame nor closes the target. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      checksum.close();
      block = new byte[0];
      compressed = new byte[0];
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      out.write(Lz4Frame.HEADER);
    }
  }

  private void writeNote() throws IOException {
    byte[] frame = new byte[3 * Integer.BYTES + note.length];
    Lz4Frame.INT.set(frame, 0, Lz4Frame.NOTE);
    Lz4Frame.INT.set(frame, Integer.BYTES, note.length + Integer.BYTES);
    System.arraycopy(note, 0, frame, 2 * Integer.BYTES, note.length);
    Lz4Frame.INT.set(
        frame,
        frame.length - Integer.BYTES,
        XXHashFactory.fastestInstance().hash32().hash(note, 0, note.length, Lz4Frame.SEED));
    out.write(frame);
  }

  private void writeBlock(byte[] bytes, int offset, int count) throws IOException {
    begin();
    int most = compressor.maxCompressedLength(count);
    if (compressed.length < Integer.BYTES + most) {
      compressed = new byte[Integer.BYTES + most];
    }
    int size = compressor.compress(bytes, offset, count, compressed, Integer.BYTES, most);
    if (size < count) {
      Lz4Frame.INT.set(compressed, 0, size);
      out.write(compressed, 0, Integer.BYTES + size);
    } else {
      Lz4Frame.INT.set(compressed, 0, count | Lz4Frame.STORED);
      out.write(compressed, 0, Integer.BYTES);
      out.write(bytes, offset, count);
    }
  }
}
