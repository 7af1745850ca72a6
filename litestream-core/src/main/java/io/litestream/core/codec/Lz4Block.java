package io.litestream.core.codec;

import io.litestream.core.codec.Lz4FormatException.Damage;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * A bare LZ4 block, without a frame around it: its length, and that of its content, are told
 * elsewhere. May be used by any number of threads.
 */
public final class Lz4Block {

  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.fastestInstance().safeDecompressor();

  private Lz4Block() {}

  /** The most bytes that content of a length can take. */
  public static int mostCompressed(int contentLength) {
    return contentLength + contentLength / 255 + 16;
  }

  /**
   * Decompresses a block of known content length.
   *
   * @param size how many of the bytes, from the first on, are the block
   * @throws Lz4FormatException if it is malformed, or its content has another length
   */
  public static void decompress(
      byte[] compressed, int size, byte[] into, int offset, int contentLength)
      throws Lz4FormatException {
    int length;
    try {
      length = DECOMPRESSOR.decompress(compressed, 0, size, into, offset, contentLength);
    } catch (LZ4Exception e) {
      throw new Lz4FormatException(Damage.MALFORMED, "cannot be decompressed");
    }
    if (length != contentLength) {
      throw new Lz4FormatException(
          Damage.MALFORMED, "has %d bytes where %d are expected".formatted(length, contentLength));
    }
  }
}
