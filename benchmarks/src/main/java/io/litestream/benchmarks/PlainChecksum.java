package io.litestream.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The WAL checksum as it is defined, to compare the one in use with. */
final class PlainChecksum {

  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private PlainChecksum() {}

  static long updateBig(long seed, byte[] bytes, int offset, int length) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    for (int i = offset; i < offset + length; i += 8) {
      s1 += (int) BIG.get(bytes, i) + s2;
      s2 += (int) BIG.get(bytes, i + 4) + s1;
    }
    return ((long) s1 << 32) | (s2 & 0xFFFFFFFFL);
  }

  static long updateLittle(long seed, byte[] bytes, int offset, int length) {
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    for (int i = offset; i < offset + length; i += 8) {
      s1 += (int) LITTLE.get(bytes, i) + s2;
      s2 += (int) LITTLE.get(bytes, i + 4) + s1;
    }
    return ((long) s1 << 32) | (s2 & 0xFFFFFFFFL);
  }
}
