package io.litestream.core.sync;

import io.litestream.core.wal.WalHeader;
import org.jspecify.annotations.Nullable;

/** What a sync is to do. */
public sealed interface SyncDecision {

  /** Copy on from the end of the shadow file. */
  record Continue() implements SyncDecision {}

  /** The WAL was restarted, and nothing of the old one is missing: begin the next index. */
  record NextIndex() implements SyncDecision {}

  /** The WAL is empty, and nothing is missing: the next write begins it. */
  record Wait() implements SyncDecision {}

  /** What was copied so far and what is there now cannot be shown to be one history. */
  record NewGeneration(Reason reason) implements SyncDecision {}

  /** Why a generation begins. The texts are those of the peer, where it knows the reason. */
  enum Reason {
    NO_GENERATION("no generation exists"),
    MAX_INDEX("max index exceeded"),
    NO_SHADOW("no shadow wal"),
    SHORT_SHADOW("short shadow wal"),
    WAL_TRUNCATED("wal truncated by another process"),
    HEADER_MISMATCH("wal header only, mismatched"),
    WAL_OVERWRITTEN("wal overwritten by another process"),
    REPLICA_AHEAD("replica holds frames that the wal does not have"),
    REPLICA_UNPROVED("replica ends with an encrypted segment that cannot be compared"),
    ENCRYPTION_CHANGED("replica is encrypted differently from now on");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** One line for the log. */
    public String text() {
      return text;
    }
  }

  /** How the shadow WAL was found. */
  enum Shadow {
    /** There is no current generation. */
    NO_GENERATION,
    /** There is a generation, without a shadow file. */
    NONE,
    /** The last shadow file has no valid header. */
    SHORT,
    /** There is one to go on with. */
    PRESENT
  }

  /** Whether what an old WAL held behind the end of its shadow file is known. */
  enum OldTail {
    /** It was not looked at: the WAL was not restarted, or was being watched. */
    NOT_EXAMINED,
    /** Nothing was there, or it has been copied. */
    COPIED,
    /** It may have been written over. */
    UNKNOWN
  }

  /**
   * What is known when a sync begins.
   *
   * @param shadowHeader of the last shadow file, if it is {@code PRESENT}
   * @param shadowLength of that file, in bytes
   * @param shadowIndexIsLast whether no further index is possible
   * @param watched whether nobody can have restarted the WAL before all of it was in the shadow
   *     file; so if it was restarted, nothing is missing
   * @param walHeader the WAL's, if there is a valid one
   * @param walLength size of the WAL file in bytes
   * @param headersEqual whether all 32 bytes of both headers are the same
   * @param lastFrameAgrees whether the last frame of the shadow file is at the same place in the
   *     WAL; true if it has none
   */
  record Facts(
      Shadow shadow,
      @Nullable WalHeader shadowHeader,
      long shadowLength,
      boolean shadowIndexIsLast,
      boolean watched,
      @Nullable WalHeader walHeader,
      long walLength,
      boolean headersEqual,
      boolean lastFrameAgrees,
      OldTail oldTail) {}

  /** Decides from the facts alone. */
  static SyncDecision decide(Facts facts) {
    if (facts.shadow() == Shadow.NO_GENERATION) {
      return new NewGeneration(Reason.NO_GENERATION);
    }
    if (facts.shadow() == Shadow.NONE) {
      return new NewGeneration(Reason.NO_SHADOW);
    }
    WalHeader shadow = facts.shadowHeader();
    WalHeader wal = facts.walHeader();
    if (shadow == null) {
      return new NewGeneration(Reason.SHORT_SHADOW);
    }
    if (wal == null) {
      return facts.watched() ? new Wait() : new NewGeneration(Reason.WAL_TRUNCATED);
    }
    if (facts.headersEqual()) {
      if (facts.walLength() < facts.shadowLength()) {
        return new NewGeneration(Reason.WAL_TRUNCATED);
      }
      return facts.lastFrameAgrees() ? new Continue() : new NewGeneration(Reason.WAL_OVERWRITTEN);
    }
    boolean nothingMissing = facts.watched() || facts.oldTail() == OldTail.COPIED;
    if (nothingMissing && wal.follows(shadow)) {
      return facts.shadowIndexIsLast() ? new NewGeneration(Reason.MAX_INDEX) : new NextIndex();
    }
    return new NewGeneration(
        facts.walLength() <= WalHeader.SIZE ? Reason.HEADER_MISMATCH : Reason.WAL_OVERWRITTEN);
  }
}
