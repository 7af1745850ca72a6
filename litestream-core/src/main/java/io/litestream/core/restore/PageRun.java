package io.litestream.core.restore;

/** Pages in a chunk, each once, in ascending order of their numbers. */
interface PageRun {

  int pageCount();

  /** The number of the i-th page, from 1; unsigned. */
  long page(int i);

  /** Where in the chunk the i-th page's bytes begin. */
  int pageAt(int i);
}
