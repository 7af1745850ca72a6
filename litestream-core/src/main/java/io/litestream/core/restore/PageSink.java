package io.litestream.core.restore;

import java.io.IOException;

/** Takes the pages of a database as they come out of a replica. Used by one thread. */
interface PageSink {

  /** Length of the database so far, in bytes. */
  long length();

  /** Says that the database will take at least so many bytes. */
  void expect(long bytes);

  /** Puts the pages of a run where they belong. */
  void write(byte[] bytes, PageRun run, int pageSize) throws IOException;

  /** Cuts or extends the database. */
  void resize(long bytes) throws IOException;
}
