package io.litestream.core.restore;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what was read of an object. */
final class CountingStream extends FilterInputStream {

  long count;

  CountingStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    count += b < 0 ? 0 : 1;
    return b;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int part = super.read(bytes, offset, length);
    count += Math.max(0, part);
    return part;
  }
}
