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
 *
 * <p><b>Pages in quarters.</b> Each step needs the result of the one before, so a processor that
 * could do four additions at once does one. But a step is linear: with s as a column (s1, s2) it is
 * {@code s' = M s + w}, where
 *
 * <pre>
 *     M = | 1 1 |     w = | w0      |
 *         | 1 2 |         | w0 + w1 |
 * </pre>
 *
 * <p>After n steps, {@code s' = M^n s + c}, and c depends on the bytes alone: it is what the loop
 * gives for a seed of zero. So the four quarters of a page are summed side by side, all but the
 * first from zero, and joined by {@code s = M^n s + c} three times. A page has a power of two
 * bytes, and so a quarter a power of two steps: M^n is M squared k times. M and its powers are
 * symmetric, so three numbers are enough for each.
 */
public final class WalChecksum {

  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** The smallest page. Below, joining costs more than it gains. */
  private static final int SMALLEST_IN_QUARTERS = 512;

  /** M^(2^k) by k: upper left, both of the diagonal, lower right. */
  private static final int[][] POWERS = powers();

  private WalChecksum() {}

  private static int[][] powers() {
    int[][] powers = new int[Integer.SIZE][];
    powers[0] = new int[] {1, 1, 2};
    for (int k = 1; k < powers.length; k++) {
      int a = powers[k - 1][0];
      int b = powers[k - 1][1];
      int d = powers[k - 1][2];
      powers[k] = new int[] {a * a + b * b, a * b + b * d, b * b + d * d};
    }
    return powers;
  }

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
    boolean big = order == ByteOrder.BIG_ENDIAN;
    if (length >= SMALLEST_IN_QUARTERS && Integer.bitCount(length) == 1) {
      return big
          ? quartersBig(seed, bytes, offset, length / 4)
          : quartersLittle(seed, bytes, offset, length / 4);
    }
    return big ? updateBig(seed, bytes, offset, length) : updateLittle(seed, bytes, offset, length);
  }

  // Each loop twice instead of with the VarHandle as a parameter: only a constant VarHandle is
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

  private static long quartersBig(long seed, byte[] bytes, int offset, int quarter) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    int t1 = 0;
    int t2 = 0;
    int u1 = 0;
    int u2 = 0;
    int v1 = 0;
    int v2 = 0;
    int end = offset + quarter;
    for (int i = offset; i < end; i += 8) {
      s1 += (int) BIG.get(bytes, i) + s2;
      t1 += (int) BIG.get(bytes, i + quarter) + t2;
      u1 += (int) BIG.get(bytes, i + 2 * quarter) + u2;
      v1 += (int) BIG.get(bytes, i + 3 * quarter) + v2;
      s2 += (int) BIG.get(bytes, i + 4) + s1;
      t2 += (int) BIG.get(bytes, i + quarter + 4) + t1;
      u2 += (int) BIG.get(bytes, i + 2 * quarter + 4) + u1;
      v2 += (int) BIG.get(bytes, i + 3 * quarter + 4) + v1;
    }
    int[] power = power(quarter);
    return join(power, join(power, join(power, of(s1, s2), t1, t2), u1, u2), v1, v2);
  }

  private static long quartersLittle(long seed, byte[] bytes, int offset, int quarter) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    int t1 = 0;
    int t2 = 0;
    int u1 = 0;
    int u2 = 0;
    int v1 = 0;
    int v2 = 0;
    int end = offset + quarter;
    for (int i = offset; i < end; i += 8) {
      s1 += (int) LITTLE.get(bytes, i) + s2;
      t1 += (int) LITTLE.get(bytes, i + quarter) + t2;
      u1 += (int) LITTLE.get(bytes, i + 2 * quarter) + u2;
      v1 += (int) LITTLE.get(bytes, i + 3 * quarter) + v2;
      s2 += (int) LITTLE.get(bytes, i + 4) + s1;
      t2 += (int) LITTLE.get(bytes, i + quarter + 4) + t1;
      u2 += (int) LITTLE.get(bytes, i + 2 * quarter + 4) + u1;
      v2 += (int) LITTLE.get(bytes, i + 3 * quarter + 4) + v1;
    }
    int[] power = power(quarter);
    return join(power, join(power, join(power, of(s1, s2), t1, t2), u1, u2), v1, v2);
  }

  /**
   * Carries a checksum on over a frame, the bytes of which are not at hand any more: 8 bytes of its
   * header, and its page.
   *
   * @param own what {@link #update} gave for these bytes, from a seed of 0
   */
  public static long overFrame(long seed, long own, int pageSize) {
    long overHeader = join(power(8), seed, 0, 0);
    return join(power(pageSize), overHeader, (int) (own >>> 32), (int) own);
  }

  /** M to the number of steps in so many bytes, a power of two. */
  private static int[] power(int bytes) {
    return POWERS[Integer.numberOfTrailingZeros(bytes / 8)];
  }

  /** The checksum after a quarter, from that before it and the quarter's own. */
  private static long join(int[] power, long before, int c1, int c2) {
    int s1 = (int) (before >>> 32);
    int s2 = (int) before;
    return of(power[0] * s1 + power[1] * s2 + c1, power[1] * s1 + power[2] * s2 + c2);
  }
}
