package io.litestream.core.restore;

import io.litestream.core.replica.FixedStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Connections that break in the middle of an object. */
final class BrokenStreams {

  private BrokenStreams() {}

  /** The first two times that a key is opened, its bytes break off after some. */
  static FixedStore.Opening firstTwoOfEachKey() {
    Map<String, Integer> opened = new ConcurrentHashMap<>();
    return (key, content) -> opened.merge(key, 1, Integer::sum) <= 2 ? breaking(content) : content;
  }

  static FixedStore.Opening always() {
    return (key, content) -> breaking(content);
  }

  private static InputStream breaking(InputStream content) {
    return new FilterInputStream(content) {
      private int left = 3000;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
          throw new IOException("connection reset");
        }
        int part = super.read(bytes, offset, Math.min(length, left));
        left -= Math.max(0, part);
        return part;
      }
    };
  }
}
