package io.litestream.core.check;

/** How one thing stands that was checked. */
public enum Verdict {
  OK,
  /** Worth knowing; replication works all the same. */
  NOTE,
  /** The database, or its directory, cannot be used. */
  DATABASE,
  /** The store refuses: credentials or permissions do not suffice. */
  DENIED,
  /** The store, or the way to it, failed. */
  UNREACHABLE,
  /** The settings cannot work; there may be no such bucket. */
  SETTINGS,
  /** The store did something else than it said. */
  WRONG,
  /** There is too little room on a disk. */
  SPACE,
  /** The store's clock and this machine's differ. */
  CLOCK;

  /** Whether something has to be done about it. */
  public boolean isFailure() {
    return this != OK && this != NOTE;
  }
}
