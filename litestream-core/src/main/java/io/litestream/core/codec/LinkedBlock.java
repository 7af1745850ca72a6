package io.litestream.core.codec;

/**
 * Decompresses blocks that refer to the blocks before them, which the library cannot. Nobody writes
 * them into replicas, other than by recompressing objects with {@code lz4 -BD}; so this is simple
 * rather than fast. See the <a
 * href="https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md">LZ4 Block Format</a>.
 */
final class LinkedBlock {

  private static final int MIN_MATCH = 4;

  private LinkedBlock() {}

  /**
   * Decompresses one block.
   *
   * @param target what came before up to {@code start}; takes the block from there
   * @return how many bytes the block had; -1 if it is malformed or does not fit
   */
  static int decompress(byte[] source, int size, byte[] target, int start) {
    int in = 0;
    int out = start;
    while (in < size) {
      int token = source[in++] & 0xFF;
      long literals = token >> 4;
      if (literals == 15) {
        int more;
        do {
          if (in >= size) {
            return -1;
          }
          more = source[in++] & 0xFF;
          literals += more;
        } while (more == 255);
      }
      if (literals > size - in || literals > target.length - out) {
        return -1;
      }
      System.arraycopy(source, in, target, out, (int) literals);
      in += (int) literals;
      out += (int) literals;
      if (in == size) {
        return out - start;
      }
      if (size - in < 2) {
        return -1;
      }
      int distance = (source[in] & 0xFF) | (source[in + 1] & 0xFF) << 8;
      in += 2;
      long match = token & 15;
      if (match == 15) {
        int more;
        do {
          if (in >= size) {
            return -1;
          }
          more = source[in++] & 0xFF;
          match += more;
        } while (more == 255);
      }
      match += MIN_MATCH;
      if (distance == 0 || distance > out || match > target.length - out) {
        return -1;
      }
      // Byte by byte: a match may overlap what it produces.
      for (int i = 0; i < match; i++, out++) {
        target[out] = target[out - distance];
      }
    }
    return -1;
  }
}
