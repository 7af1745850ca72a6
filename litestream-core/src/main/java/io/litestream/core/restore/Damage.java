package io.litestream.core.restore;

import io.litestream.core.age.AgeException;
import io.litestream.core.age.AgeException.Problem;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Words for what is wrong with a replica, and for what can still be had from it. */
final class Damage {

  private Damage() {}

  /** An object that cannot be what it should be. */
  static RestoreException of(RestorePlan plan, SegmentInfo segment, String what) {
    return damaged(plan, segment.start().index(), segment.key() + " " + what, null);
  }

  /** An object that is not there. */
  static RestoreException missing(RestorePlan plan, int index, String what) {
    return damaged(plan, index, what, null);
  }

  static RestoreException snapshot(RestorePlan plan, String what) {
    return damaged(plan, plan.snapshot().index(), plan.snapshot().key() + " " + what, null);
  }

  /**
   * What a failure to read an object means: damage, or a store that cannot be reached, which stays
   * what it is.
   */
  static IOException reading(RestorePlan plan, String key, int index, IOException e) {
    if (isMissingKey(e)) {
      return missingKey(plan.replica(), key, e);
    }
    if (e instanceof Lz4FormatException || e instanceof AgeException) {
      return damaged(plan, index, key + " " + e.getMessage(), e);
    }
    if (e instanceof NoSuchObjectException) {
      return damaged(
          plan,
          index,
          key + " was listed, but is gone (removed by retention meanwhile? then try again)",
          e);
    }
    return e;
  }

  /** An object that nobody can read without an identity that is not here. */
  static RestoreException missingKey(ReplicaReader replica, String key, IOException e) {
    return new RestoreException(
        Kind.NO_KEY,
        "cannot read %s: %s %s; give the replica the identity that fits, as 'identities' or 'identity-files' under 'age' in the configuration file"
            .formatted(replica, key, e.getMessage()),
        e);
  }

  static boolean isMissingKey(IOException e) {
    return (e instanceof AgeException age && age.problem() != Problem.DAMAGED)
        || (e instanceof Lz4FormatException format
            && format.damage() == Lz4FormatException.Damage.ENCRYPTED);
  }

  private static RestoreException damaged(
      RestorePlan plan, int index, String what, @Nullable Throwable cause) {
    return new RestoreException(
        Kind.DAMAGED,
        "cannot restore from %s: %s; %s".formatted(plan.replica(), what, advice(plan, index)),
        what,
        cause);
  }

  /** What can still be restored of a plan that fails at an index. */
  static String advice(RestorePlan plan, int index) {
    if (index > plan.snapshot().index() || plan.earlierSnapshot()) {
      return "-generation %s -index %s restores the state before it"
          .formatted(plan.generation(), Position.indexText(index - 1));
    }
    return "nothing before it is left in this generation; try another replica or generation";
  }
}
