package io.litestream.core.ltx;

import io.litestream.core.position.TxId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.TreeMap;
import net.jpountz.lz4.LZ4Factory;

/**
 * Writes LTX files that the peer would not write, for tests of what is refused and of what the peer
 * does not make use of. Without further ado they are right in everything.
 */
public final class LtxBytes {

  private final int pageSize;
  private final long first;
  private final long last;
  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private long size;
  private long millis;
  private OptionalLong before = OptionalLong.empty();
  private OptionalLong after = OptionalLong.empty();

  public LtxBytes(int pageSize, long first, long last, long size) {
    this.pageSize = pageSize;
    this.first = first;
    this.last = last;
    this.size = size;
  }

  /** The name of a file in its level. */
  public static String name(long first, long last) {
    return new TxId(first) + "-" + new TxId(last) + ".ltx";
  }

  /** Keeps the array itself: many pages may share one. */
  public LtxBytes page(long number, byte[] content) {
    pages.put(number, content);
    return this;
  }

  public LtxBytes at(long newMillis) {
    millis = newMillis;
    return this;
  }

  /** Keeps database checksums. */
  public LtxBytes checksums(OptionalLong newBefore, long newAfter) {
    before = newBefore;
    after = OptionalLong.of(newAfter);
    return this;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Crc64 crc = new Crc64();
    ByteBuffer header = ByteBuffer.allocate(LtxHeader.SIZE);
    header.put("LTX1".getBytes(StandardCharsets.US_ASCII));
    header.putInt(after.isPresent() ? 0 : 2).putInt(pageSize).putInt((int) size);
    header.putLong(first).putLong(last).putLong(millis).putLong(before.orElse(0));
    write(out, crc, header.array());
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    pages.forEach(
        (number, content) -> {
          long start = out.size();
          byte[] block = LZ4Factory.fastestInstance().fastCompressor().compress(content);
          ByteBuffer head = ByteBuffer.allocate(10);
          head.putInt(number.intValue()).putShort((short) 1).putInt(block.length);
          write(out, crc, head.array());
          out.writeBytes(block);
          crc.update(content, 0, content.length);
          varint(index, number);
          varint(index, start);
          varint(index, out.size() - start);
        });
    index.write(0);
    write(out, crc, new byte[6]);
    write(out, crc, index.toByteArray());
    write(out, crc, ByteBuffer.allocate(8).putLong(index.size()).array());
    write(out, crc, ByteBuffer.allocate(8).putLong(after.orElse(0)).array());
    out.writeBytes(ByteBuffer.allocate(8).putLong(crc.value() | Long.MIN_VALUE).array());
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Crc64 crc, byte[] bytes) {
    out.writeBytes(bytes);
    crc.update(bytes, 0, bytes.length);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long left = value;
    while (left >= 0x80) {
      out.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }
}
