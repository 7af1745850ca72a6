package io.litestream.core.sync;

import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sqlite.CheckpointResult;
import io.litestream.core.sqlite.LiveDatabase;
import io.litestream.core.sqlite.WriterBrake;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints one database without losing a frame, in the steps that the package describes. Used by
 * one thread at a time.
 */
final class WalCheckpoint {

  /** How long the row that restarts the WAL waits for the application's writers. */
  private static final Duration BUMP_PATIENCE = Duration.ofMillis(100);

  /** How long to wait for a moment in which nobody writes. */
  private static final Duration BRAKE_PATIENCE = Duration.ofMillis(500);

  /**
   * How many bytes may be left to copy and checkpoint when the write lock is taken, unless it must
   * be.
   */
  private static final long SMALL_REST = 8 << 20;

  private static final int CATCH_UP_ROUNDS = 6;

  /** Well before an application's automatic checkpoints begin, by default with 1000. */
  private static final long FRAMES_TO_LEAVE_FRONT = 250;

  /** If an index had so many, the next one may have as many before anybody looks again. */
  private static final long FRAMES_OF_A_BUSY_INDEX = 1000;

  /**
   * How many bytes may lie between two places of the pin for the application to checkpoint them, in
   * the middle of one of its commits.
   */
  private static final long LARGE_STEP = 32 << 20;

  /** How many bytes may be copied while the application stands still. */
  private static final long LARGEST_REST = 128 << 20;

  /** Enough for many GB, if each round leaves a third of the one before. */
  private static final int BRAKED_ROUNDS = 12;

  private final LiveDatabase database;
  private final ShadowWal shadow;
  private final PinState pin;
  private final WalSync wal;

  /** For tests: is told when a checkpoint is between two of its steps. */
  private Consumer<Gap> gaps = gap -> {};

  /** Where a checkpoint is between two of its steps. */
  enum Gap {
    BEFORE_PIN,
    PINNED,
    COPIED,
    BEFORE_LOCK,
    LOCKED,
    LOCKED_AND_COPIED,
    LOCKED_AND_CHECKPOINTED,
    UNLOCKED,
    RESTARTED
  }

  WalCheckpoint(LiveDatabase database, ShadowWal shadow, PinState pin, WalSync wal) {
    this.database = database;
    this.shadow = shadow;
    this.pin = pin;
    this.wal = wal;
  }

  /** For tests: what else happens while a checkpoint is between two of its steps. */
  void onGap(Consumer<Gap> actions) {
    gaps = actions;
  }

  /** See {@link DatabaseSync#frames}. */
  long frames() {
    ShadowFile file = shadow.file();
    return file == null || pin.isComplete() ? 0 : file.header().frameCount(file.length());
  }

  /** See {@link DatabaseSync#checkpoint}. */
  CheckpointOutcome run(Duration patience, boolean shrink, boolean insist) throws IOException {
    boolean busy = frames() >= FRAMES_OF_A_BUSY_INDEX;
    if (!pin.isComplete()) {
      CheckpointOutcome outcome = checkpointAll(patience, insist);
      if (outcome != CheckpointOutcome.COMPLETE) {
        return outcome;
      }
    }
    database.bumpSequence(shrink, BUMP_PATIENCE);
    gaps.accept(Gap.RESTARTED);
    wal.sync(WalSync.ROUND_BYTES);
    if (busy) {
      leaveFront(1);
    }
    return CheckpointOutcome.COMPLETE;
  }

  private CheckpointOutcome checkpointAll(Duration patience, boolean insist) throws IOException {
    if (!catchUp(insist ? LARGE_STEP : SMALL_REST) && !(insist && catchUpWithBrake())) {
      return CheckpointOutcome.OUTRUN;
    }
    gaps.accept(Gap.BEFORE_LOCK);
    Optional<LiveDatabase.WriteLock> lock = database.tryWriteLock(patience);
    if (lock.isEmpty()) {
      return CheckpointOutcome.BLOCKED;
    }
    try (LiveDatabase.WriteLock held = lock.get()) {
      gaps.accept(Gap.LOCKED);
      if (wal.sync(insist ? LARGEST_REST : LARGE_STEP).more()) {
        return CheckpointOutcome.OUTRUN; // so much has come while the lock was waited for
      }
      gaps.accept(Gap.LOCKED_AND_COPIED);
      CheckpointResult result = checkpointAll(held);
      gaps.accept(Gap.LOCKED_AND_CHECKPOINTED);
      ShadowFile file = shadow.requireFile();
      pin.checkpointed(
          result.isComplete() && result.log() == file.header().frameCount(file.length()));
    }
    gaps.accept(Gap.UNLOCKED);
    return pin.isComplete() ? CheckpointOutcome.COMPLETE : CheckpointOutcome.BLOCKED;
  }

  /**
   * Copies and checkpoints up to the pin until little is left.
   *
   * @param little bytes
   * @return whether no more is left; if it is, the application writes faster than that
   */
  private boolean catchUp(long little) throws IOException {
    long before = Long.MAX_VALUE;
    for (int round = 0; round < CATCH_UP_ROUNDS; round++) {
      long rest = catchUpBeforeOthers();
      if (rest < little) {
        return true;
      }
      if (rest > before / 2) {
        return false;
      }
      before = rest;
    }
    return false;
  }

  /**
   * The application's automatic checkpoints reach as far as the pin. If it moves far, the next
   * commit would do all that has become possible, and take seconds: so nobody may commit until we
   * are at it.
   *
   * @return how many bytes were written meanwhile; more than there can be if others held the lock
   */
  private long catchUpBeforeOthers() throws IOException {
    ShadowFile file = shadow.file();
    if (file == null || file.length() - pin.pinnedFrom() < LARGE_STEP) {
      return catchUpOnce(null);
    }
    WriterBrake brake = database.holdWriters(false);
    try {
      if (!brake.awaitHeld(BRAKE_PATIENCE)) {
        return Long.MAX_VALUE;
      }
      wal.syncToPresentEnd();
      return catchUpOnce(brake);
    } finally {
      brake.close();
    }
  }

  private boolean catchUpWithBrake() throws IOException {
    WriterBrake brake = database.holdWriters(true);
    try {
      for (int round = 0; round < BRAKED_ROUNDS; round++) {
        if (!brake.awaitHeld(BRAKE_PATIENCE)) {
          return false;
        }
        wal.syncToPresentEnd();
        if (catchUpOnce(null) < LARGE_STEP) {
          return true;
        }
      }
      return false;
    } finally {
      brake.close();
    }
  }

  /**
   * Moves the pin, and checkpoints up to it.
   *
   * @param brake what is to be released once the checkpoint has its lock
   * @return how many bytes were written meanwhile
   */
  private long catchUpOnce(@Nullable WriterBrake brake) throws IOException {
    gaps.accept(Gap.BEFORE_PIN);
    if (!pin.isLevel()) {
      wal.syncToPresentEnd(); // after a failure in the middle of a round
    }
    long before = shadow.requireFile().length();
    long step = before - pin.pinnedFrom();
    movePin();
    gaps.accept(Gap.PINNED);
    wal.syncToPresentEnd();
    gaps.accept(Gap.COPIED);
    if (brake != null) {
      brake.releaseSoon();
    }
    database.checkpointToPin();
    if (step >= LARGE_STEP) {
      database.force();
    }
    wal.syncToPresentEnd();
    return shadow.requireFile().length() - before;
  }

  private void movePin() throws IOException {
    long length = shadow.requireFile().length();
    database.repin();
    pin.moved(length);
  }

  /** See {@link DatabaseSync#leaveFront}. */
  void leaveFront() throws IOException {
    leaveFront(FRAMES_TO_LEAVE_FRONT);
  }

  /**
   * @param frames how many there have to be
   */
  void leaveFront(long frames) throws IOException {
    if (pin.isAtFront() && !pin.isComplete() && pin.isLevel() && frames() >= frames) {
      gaps.accept(Gap.BEFORE_PIN);
      movePin();
      gaps.accept(Gap.PINNED);
      wal.syncToPresentEnd();
    }
  }

  private CheckpointResult checkpointAll(LiveDatabase.WriteLock held) throws IOException {
    boolean pinned = false;
    try {
      CheckpointResult result = held.checkpointAll();
      pinned = true;
      return result;
    } finally {
      if (!pinned) {
        pin.lost();
      }
    }
  }
}
