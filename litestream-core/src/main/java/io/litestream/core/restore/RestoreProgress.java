package io.litestream.core.restore;

/** Hears how far a restore has come. */
@FunctionalInterface
public interface RestoreProgress {

  /** Does not listen. */
  RestoreProgress NONE = (doneBytes, totalBytes) -> {};

  /**
   * Called by the restoring thread, often; to return at once.
   *
   * @param doneBytes compressed bytes whose content is in the database by now; never less than
   *     before
   * @param totalBytes compressed bytes of all objects of the plan; always the same
   */
  void advanced(long doneBytes, long totalBytes);
}
