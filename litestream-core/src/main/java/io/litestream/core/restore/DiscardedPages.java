package io.litestream.core.restore;

/** Pages that were read to be verified, and are not wanted otherwise. */
final class DiscardedPages implements PageSink {

  private long length;

  @Override
  public long length() {
    return length;
  }

  @Override
  public void expect(long bytes) {
    // There is always room.
  }

  @Override
  public void write(byte[] bytes, PageRun run, int pageSize) {
    // What a commit leaves the length at, comes with resize.
  }

  @Override
  public void resize(long bytes) {
    length = bytes;
  }
}
