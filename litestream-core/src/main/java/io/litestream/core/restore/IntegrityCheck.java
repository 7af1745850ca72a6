package io.litestream.core.restore;

/** What SQLite itself is to say of a restored database before it appears at its path. */
public enum IntegrityCheck {
  /**
   * {@link #QUICK} if the chain of checksums leaves a doubt, see {@link
   * RestoreResult#chainProved()}; else nothing, for it proves more than SQLite could.
   */
  AUTO,
  /** Nothing. */
  NONE,
  /** {@code PRAGMA quick_check}: every page is read, indexes are not compared with tables. */
  QUICK,
  /** {@code PRAGMA integrity_check}. */
  FULL
}
