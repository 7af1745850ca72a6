package io.litestream.core.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers of the LZ4 frame format. */
final class Lz4Frame {

  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static final int MAGIC = 0x184D2204;
  static final int SEED = 0;

  /** Frames of these numbers, up to the last digit, are skipped by every reader. */
  static final int SKIPPABLE = 0x184D2A50;

  static final int SKIPPABLE_MASK = 0xFFFFFFF0;

  /** The skippable frame that holds a note, see the package's description. */
  static final int NOTE = 0x184D2A5C;

  /** The most bytes in a skippable frame that are worth reading. */
  static final int LONGEST_NOTE = 64 << 10;

  /** In a block's length: the data is stored as it is. */
  static final int STORED = 0x80000000;

  /** How far back a linked block may refer. */
  static final int WINDOW = 64 << 10;

  /** What begins every frame that is written, see the package's description. */
  static final byte[] HEADER = {0x04, 0x22, 0x4d, 0x18, 0x64, 0x70, (byte) 0xb9};

  private Lz4Frame() {}

  /**
   * What a frame's header says.
   *
   * @param contentSize bytes, or -1 if it is not told
   */
  record Descriptor(
      boolean linked,
      boolean blockChecksums,
      boolean contentChecksum,
      int maxBlock,
      long contentSize) {

    private static final int VERSION_MASK = 0xC0;
    private static final int VERSION = 0x40;
    private static final int INDEPENDENT = 0x20;
    private static final int BLOCK_CHECKSUMS = 0x10;
    static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;
    private static final int RESERVED_OR_DICTIONARY = 0x03;

    /** Whether a reader can go on after these two bytes. */
    static boolean isReadable(int flags, int blocks) {
      int code = (blocks >> 4) & 7;
      return (flags & VERSION_MASK) == VERSION
          && (flags & RESERVED_OR_DICTIONARY) == 0
          && (blocks & 0x8F) == 0
          && code >= 4;
    }

    static Descriptor of(int flags, int blocks, long contentSize) {
      return new Descriptor(
          (flags & INDEPENDENT) == 0,
          (flags & BLOCK_CHECKSUMS) != 0,
          (flags & CONTENT_CHECKSUM) != 0,
          1 << (2 * ((blocks >> 4) & 7) + 8),
          contentSize);
    }
  }
}
