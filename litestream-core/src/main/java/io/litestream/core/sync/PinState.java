package io.litestream.core.sync;

/**
 * What is known of the WAL because the pin has been there: what the argument of docs/checkpoint.md
 * goes from one step to the next with. Used by one thread at a time.
 */
final class PinState {

  private boolean level;
  private boolean watched;
  private boolean complete;
  private long pinnedFrom;
  private boolean atFront = true;

  /** Whether the shadow WAL holds all that was committed when the present pin began. */
  boolean isLevel() {
    return level;
  }

  /**
   * Whether the pin has been there, without a gap, since the shadow WAL was level for the first
   * time, and each pin since then began only after it was level with the one before. As long as
   * that holds, a WAL that was restarted was copied to its end, whoever restarted it.
   */
  boolean isWatched() {
    return watched;
  }

  /** Whether all of the WAL is in the database file, so that the next write restarts it. */
  boolean isComplete() {
    return complete;
  }

  /** How far the shadow file reached, in bytes, when the pin was moved last. */
  long pinnedFrom() {
    return pinnedFrom;
  }

  /** Whether the pin may have read lock 0. */
  boolean isAtFront() {
    return atFront;
  }

  /** All that was committed when the present pin began has been copied. */
  void becameLevel() {
    level = true;
    watched = true;
  }

  /**
   * The pin was moved, when the shadow WAL was level with it.
   *
   * @param length of the shadow file, in bytes
   */
  void moved(long length) {
    level = false;
    pinnedFrom = length;
    atFront = complete;
  }

  /** The pin was ended and could not be taken again at once. */
  void lost() {
    level = false;
    watched = false;
  }

  /** Frames were appended to the WAL, where a restart was possible. */
  void walWentOn() {
    complete = false;
  }

  /** There is another WAL now, with a shadow file of its own. */
  void walRestarted() {
    complete = false;
    pinnedFrom = 0;
  }

  /**
   * A checkpoint reached the end of the WAL while nobody could append, and the pin began anew.
   *
   * @param all whether everything is in the database file now, and in the shadow file
   */
  void checkpointed(boolean all) {
    complete = all;
    atFront = all;
  }
}
