package io.litestream.core.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The running checksum of a WAL: two 32-bit words, kept in one {@code long} (checksum-1 in the
 * upper half) so that a hot loop allocates nothing.
 *
 * <p>For each 8 bytes, read as the words w0 and w1: {@code s1 += w0 + s2; s2 += w1 + s1}, modulo
 * 2^32 (SQLite file format, "Checksum Algorithm").
 */
public final class WalChecksum {

  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private WalChecksum() {}

  /** Puts two words together. */
  public static long of(int checksum1, int checksum2) {
    return ((long) checksum1 << 32) | (checksum2 & 0xFFFFFFFFL);
  }

  /** The two words as they stand in a header, 8 bytes big-endian. */
  public static long read(byte[] bytes, int offset) {
    return of((int) BIG.get(bytes, offset), (int) BIG.get(bytes, offset + 4));
  }

  /**
   * Carries a checksum on over more bytes.
   *
   * @param seed the checksum so far; 0 at the start of a WAL
   * @param length a multiple of 8
   * @param order how the bytes are read as words, from the WAL's magic
   */
  public static long update(long seed, byte[] bytes, int offset, int length, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN
        ? updateBig(seed, bytes, offset, length)
        : updateLittle(seed, bytes, offset, length);
  }

  // Two loops instead of one with the VarHandle as a parameter: only a constant VarHandle is
  // compiled to a plain load.

  private static long updateBig(long seed, byte[] bytes, int offset, int length) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    int end = offset + length;
    for (int i = offset; i < end; i += 8) {
      s1 += (int) BIG.get(bytes, i) + s2;
      s2 += (int) BIG.get(bytes, i + 4) + s1;
    }
    return of(s1, s2);
  }

  private static long updateLittle(long seed, byte[] bytes, int offset, int length) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    int end = offset + length;
    for (int i = offset; i < end; i += 8) {
      s1 += (int) LITTLE.get(bytes, i) + s2;
      s2 += (int) LITTLE.get(bytes, i + 4) + s1;
    }
    return of(s1, s2);
  }
}
