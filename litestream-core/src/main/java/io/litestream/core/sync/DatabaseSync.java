package io.litestream.core.sync;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.shadow.MetaDirectory;
import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sqlite.CheckpointResult;
import io.litestream.core.sqlite.LiveDatabase;
import io.litestream.core.sqlite.WriterBrake;
import io.litestream.core.sync.SyncDecision.Facts;
import io.litestream.core.sync.SyncDecision.OldTail;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.sync.SyncDecision.Shadow;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database that is open for replication, with its shadow WAL. Used by one thread at a time,
 * except for {@link #readFile}.
 */
public final class DatabaseSync implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DatabaseSync.class);

  /** Two buffers of a frame of 64 KiB would do; larger ones save calls. */
  private static final int BUFFER_BYTES = 1 << 20;

  private static final ThreadLocal<byte[]> BUFFER =
      ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

  /** How long the row that restarts the WAL waits for the application's writers. */
  private static final Duration BUMP_PATIENCE = Duration.ofMillis(100);

  /** How long to wait for a moment in which nobody writes. */
  private static final Duration BRAKE_PATIENCE = Duration.ofMillis(500);

  /**
   * How much may be left to copy and checkpoint when the write lock is taken, unless it must be.
   */
  private static final long SMALL_REST = 8 << 20;

  private static final int CATCH_UP_ROUNDS = 6;

  /** Well before an application's automatic checkpoints begin, by default with 1000. */
  private static final long FRAMES_TO_LEAVE_FRONT = 250;

  /** If an index had so many, the next one may have as many before anybody looks again. */
  private static final long FRAMES_OF_A_BUSY_INDEX = 1000;

  /**
   * How much may lie between two places of the pin for the application to checkpoint it, in the
   * middle of one of its commits.
   */
  private static final long LARGE_STEP = 32 << 20;

  /** How much may be copied while the application stands still. */
  private static final long LARGEST_REST = 128 << 20;

  /** Enough for many GB, if each round leaves a third of the one before. */
  private static final int BRAKED_ROUNDS = 12;

  private final LiveDatabase database;
  private final MetaDirectory meta;
  private final LongSupplier random;
  private Shadow state;
  private @Nullable Generation generation;
  private @Nullable ShadowFile shadow;
  private int firstIndex;

  /** Whether the shadow WAL holds all that was committed when the present pin began. */
  private boolean level;

  /**
   * Whether the pin has been there, without a gap, since the shadow WAL was level for the first
   * time, and each pin since then began only after it was level with the one before. As long as
   * that holds, a WAL that was restarted was copied to its end, whoever restarted it.
   */
  private boolean watched;

  /** Whether all of the WAL is in the database file, so that the next write restarts it. */
  private boolean complete;

  /** How far the shadow file reached when the pin was moved last. */
  private long pinnedFrom;

  /** Whether the pin may have read lock 0. */
  private boolean pinnedAtFront = true;

  private boolean walMade;
  private @Nullable Reason forced;
  private @Nullable Reason generationReason;
  private long copiedBytes;

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

  private DatabaseSync(LiveDatabase database, MetaDirectory meta, LongSupplier random)
      throws IOException {
    this.database = database;
    this.meta = meta;
    this.random = random;
    Optional<Generation> current = meta.generation();
    this.generation = current.orElse(null);
    if (current.isEmpty()) {
      this.state = Shadow.NO_GENERATION;
      return;
    }
    List<Integer> indexes = meta.indexes(current.get());
    if (indexes.isEmpty()) {
      this.state = Shadow.NONE;
      return;
    }
    this.firstIndex = indexes.get(0);
    Optional<ShadowFile> last = meta.openShadow(current.get(), indexes.get(indexes.size() - 1));
    this.shadow = last.orElse(null);
    this.state = last.isPresent() ? Shadow.PRESENT : Shadow.SHORT;
  }

  /**
   * Opens a database that exists.
   *
   * @param random names generations
   * @throws java.nio.file.NoSuchFileException if the database does not exist
   * @throws IOException as {@link LiveDatabase#open} and {@link MetaDirectory#open}
   */
  public static DatabaseSync open(
      Path database, Path metaDirectory, Duration busyTimeout, LongSupplier random)
      throws IOException {
    // SQLite follows links, and keeps the WAL beside the file that they lead to.
    LiveDatabase live = LiveDatabase.open(database.toRealPath(), busyTimeout);
    MetaDirectory meta = null;
    try {
      meta = MetaDirectory.open(metaDirectory, database);
      return new DatabaseSync(live, meta, random);
    } catch (IOException | RuntimeException e) {
      if (meta != null) {
        meta.close();
      }
      live.close();
      throw e;
    }
  }

  /**
   * What one sync did.
   *
   * @param copied bytes of frames
   * @param uncommitted bytes of a transaction that is under way
   * @param more whether it stopped at its limit and there may be more
   */
  public record Outcome(long copied, long uncommitted, boolean more) {}

  /**
   * Brings the shadow WAL up to date, or some way towards it.
   *
   * @param limit about how many bytes to copy at most; a transaction is copied whole
   */
  public Outcome sync(long limit) throws IOException {
    if (!database.isPinned()) {
      database.repin();
    }
    try (WalFile wal = WalFile.of(database.path())) {
      byte[] headerBytes = new byte[WalHeader.SIZE];
      int got = wal.read(headerBytes, 0, WalHeader.SIZE, 0);
      WalHeader header = got < WalHeader.SIZE ? null : WalHeader.parse(headerBytes).orElse(null);
      SyncDecision decision = decide(wal, headerBytes, header);
      if (decision instanceof SyncDecision.Wait) {
        return new Outcome(0, 0, false);
      }
      if (header == null) {
        // A generation begins with a WAL: see to it that there is one, and come again.
        if (walMade) {
          throw new IOException("no WAL appears beside " + database.path());
        }
        walMade = database.bumpSequence(false, Duration.ZERO);
        return new Outcome(0, 0, walMade);
      }
      walMade = false;
      if (decision instanceof SyncDecision.NewGeneration begin) {
        beginGeneration(begin.reason(), headerBytes, header);
      } else if (decision instanceof SyncDecision.NextIndex) {
        beginNextIndex(headerBytes, header);
      }
      WalCopy.Outcome outcome = new WalCopy(BUFFER.get()).run(wal, requireShadow(), limit);
      copiedBytes += outcome.copied();
      if (outcome.copied() > 0) {
        complete = false; // the WAL went on, where a restart was possible
      }
      if (!outcome.more()) {
        becameLevel();
      }
      return new Outcome(outcome.copied(), outcome.uncommitted(), outcome.more());
    }
  }

  private void becameLevel() {
    level = true;
    watched = true;
  }

  private SyncDecision decide(WalFile wal, byte[] headerBytes, @Nullable WalHeader header)
      throws IOException {
    if (forced != null) {
      return new SyncDecision.NewGeneration(forced);
    }
    ShadowFile file = shadow;
    if (file == null) {
      return SyncDecision.decide(
          new Facts(state, null, 0, false, false, header, 0, false, false, OldTail.NOT_EXAMINED));
    }
    byte[] shadowBytes = new byte[WalHeader.SIZE];
    file.read(shadowBytes, WalHeader.SIZE, 0);
    boolean headersEqual = Arrays.equals(shadowBytes, headerBytes);
    OldTail oldTail = OldTail.NOT_EXAMINED;
    if (header != null && !headersEqual && !watched && header.follows(file.header())) {
      oldTail = new RestartedWal(BUFFER.get()).examine(wal, header, file);
      byte[] now = new byte[WalHeader.SIZE];
      wal.read(now, 0, WalHeader.SIZE, 0);
      if (!Arrays.equals(now, headerBytes)) {
        oldTail = OldTail.UNKNOWN; // restarted once more meanwhile
      }
    }
    return SyncDecision.decide(
        new Facts(
            state,
            file.header(),
            file.length(),
            file.index() == Position.MAX_INDEX,
            watched,
            header,
            wal.size(),
            headersEqual,
            lastFrameAgrees(wal, file),
            oldTail));
  }

  /** Compares frame headers: their checksum covers everything before. */
  private static boolean lastFrameAgrees(WalFile wal, ShadowFile file) throws IOException {
    if (file.length() <= WalHeader.SIZE) {
      return true;
    }
    long offset = file.length() - file.header().frameSize();
    byte[] here = new byte[WalHeader.FRAME_HEADER_SIZE];
    byte[] there = new byte[WalHeader.FRAME_HEADER_SIZE];
    return file.read(here, here.length, offset) == here.length
        && wal.read(there, 0, there.length, offset) == there.length
        && Arrays.equals(here, there);
  }

  private void beginGeneration(Reason reason, byte[] headerBytes, WalHeader header)
      throws IOException {
    Generation next = Generation.of(random.getAsLong());
    ShadowFile first = meta.beginGeneration(next, headerBytes, header);
    replaceShadow(first);
    generation = next;
    firstIndex = 0;
    state = Shadow.PRESENT;
    forced = null;
    generationReason = reason;
    log.atInfo()
        .addKeyValue("db", database.path())
        .addKeyValue("generation", next)
        .addKeyValue("reason", reason.text())
        .log("sync: new generation");
  }

  private void beginNextIndex(byte[] headerBytes, WalHeader header) throws IOException {
    ShadowFile file = requireShadow();
    // Only the last file may be torn by a loss of power.
    file.force();
    replaceShadow(meta.beginIndex(requireGeneration(), file.index() + 1, headerBytes, header));
  }

  private void replaceShadow(ShadowFile next) throws IOException {
    ShadowFile previous = shadow;
    shadow = next;
    complete = false;
    pinnedFrom = 0;
    if (previous != null) {
      previous.close();
    }
  }

  private ShadowFile requireShadow() {
    if (shadow == null) {
      throw new IllegalStateException("no shadow file of " + database.path());
    }
    return shadow;
  }

  private Generation requireGeneration() {
    if (generation == null) {
      throw new IllegalStateException("no generation of " + database.path());
    }
    return generation;
  }

  /**
   * Syncs until what is committed at the beginning of this call has been copied; a writer that goes
   * on does not hold it up.
   */
  public void syncToPresentEnd() throws IOException {
    long target;
    try (WalFile wal = WalFile.of(database.path())) {
      target = wal.size();
    }
    while (sync(BUFFER_BYTES * 8L).more() && (shadow == null || shadow.length() < target)) {
      // on to the next round
    }
    if (shadow != null) {
      becameLevel();
    }
  }

  /**
   * Checkpoints so that the next write restarts the WAL, and begins the next index; see the package
   * for the steps.
   *
   * @param patience how long to wait for the write lock
   * @param shrink whether the WAL file is cut to what is in use
   * @param insist whether to slow the application down if it writes faster than can be checkpointed
   */
  public CheckpointOutcome checkpoint(Duration patience, boolean shrink, boolean insist)
      throws IOException {
    boolean busy = frames() >= FRAMES_OF_A_BUSY_INDEX;
    if (!complete) {
      CheckpointOutcome outcome = checkpointAll(patience, insist);
      if (outcome != CheckpointOutcome.COMPLETE) {
        return outcome;
      }
    }
    database.bumpSequence(shrink, BUMP_PATIENCE);
    gaps.accept(Gap.RESTARTED);
    sync(BUFFER_BYTES * 8L);
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
      if (sync(insist ? LARGEST_REST : LARGE_STEP).more()) {
        return CheckpointOutcome.OUTRUN; // so much has come while the lock was waited for
      }
      gaps.accept(Gap.LOCKED_AND_COPIED);
      CheckpointResult result = checkpointAll(held);
      gaps.accept(Gap.LOCKED_AND_CHECKPOINTED);
      ShadowFile file = requireShadow();
      complete = result.isComplete() && result.log() == file.header().frameCount(file.length());
      pinnedAtFront = complete;
    }
    gaps.accept(Gap.UNLOCKED);
    return complete ? CheckpointOutcome.COMPLETE : CheckpointOutcome.BLOCKED;
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
    ShadowFile file = shadow;
    if (file == null || file.length() - pinnedFrom < LARGE_STEP) {
      return catchUpOnce(null);
    }
    WriterBrake brake = database.holdWriters(false);
    try {
      if (!brake.awaitHeld(BRAKE_PATIENCE)) {
        return Long.MAX_VALUE;
      }
      syncToPresentEnd();
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
        syncToPresentEnd();
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
    if (!level) {
      syncToPresentEnd(); // after a failure in the middle of a round
    }
    long before = requireShadow().length();
    long step = before - pinnedFrom;
    movePin();
    gaps.accept(Gap.PINNED);
    syncToPresentEnd();
    gaps.accept(Gap.COPIED);
    if (brake != null) {
      brake.releaseSoon();
    }
    database.checkpointToPin();
    if (step >= LARGE_STEP) {
      database.force();
    }
    syncToPresentEnd();
    return requireShadow().length() - before;
  }

  private void movePin() throws IOException {
    long length = requireShadow().length();
    database.repin();
    level = false;
    pinnedFrom = length;
    pinnedAtFront = complete;
  }

  /**
   * Gives the pin a mark, once the WAL has been restarted under it and has grown. A checkpoint of
   * the application's needs read lock 0, and finds that it cannot have it only after it has sorted
   * all frames that it would copy: from {@code wal_autocheckpoint} on with each commit. Must not be
   * called while the database file is read for a snapshot.
   */
  public void leaveFront() throws IOException {
    leaveFront(FRAMES_TO_LEAVE_FRONT);
  }

  /**
   * @param frames how many there have to be
   */
  void leaveFront(long frames) throws IOException {
    if (pinnedAtFront && !complete && level && frames() >= frames) {
      gaps.accept(Gap.BEFORE_PIN);
      movePin();
      gaps.accept(Gap.PINNED);
      syncToPresentEnd();
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
        level = false;
        watched = false;
      }
    }
  }

  /** For tests: what else happens while a checkpoint is between two of its steps. */
  void onGap(Consumer<Gap> actions) {
    gaps = actions;
  }

  /**
   * Frames in the present WAL, as far as they were copied, that a checkpoint would make reusable.
   */
  public long frames() {
    ShadowFile file = shadow;
    return file == null || complete ? 0 : file.header().frameCount(file.length());
  }

  /** Begins a new generation with the next sync. */
  public void abandonGeneration(Reason reason) {
    forced = reason;
  }

  /** Removes shadow files of indexes that no replica needs any more. */
  public void removeBelow(int index) throws IOException {
    Generation current = generation;
    if (current != null && shadow != null && index > firstIndex) {
      int bound = Math.min(index, shadow.index());
      meta.removeBelow(current, bound);
      firstIndex = Math.max(firstIndex, bound);
    }
  }

  /** What the shadow WAL holds; empty before the first sync. */
  public Optional<ShadowView> view() {
    if (generation == null || shadow == null || forced != null) {
      return Optional.empty();
    }
    return Optional.of(
        new ShadowView(
            generation, firstIndex, shadow.index(), shadow.length(), shadow.header().pageSize()));
  }

  /** Why the current generation began; empty if it is older than this object. */
  public Optional<Reason> generationReason() {
    return Optional.ofNullable(generationReason);
  }

  /** Bytes of frames that were copied since the database was opened. */
  public long copiedBytes() {
    return copiedBytes;
  }

  /** Where the shadow file of an index is. Any thread may call it. */
  public Path shadowPath(Generation of, int index) {
    return meta.shadowPath(of, index);
  }

  /** See {@link MetaDirectory#uploadRecord}. Any thread may call it. */
  public Path uploadRecord(Generation of, String replica) throws IOException {
    return meta.uploadRecord(of, replica);
  }

  /** See {@link MetaDirectory#keepDrill}. Any thread may call it. */
  public void keepDrill(String replica, byte[] text) throws IOException {
    meta.keepDrill(replica, text);
  }

  /** See {@link MetaDirectory#owner}. Any thread may call it. */
  public String owner() throws IOException {
    return meta.owner();
  }

  /** Where the database's WAL is. */
  public Path walPath() {
    return WalFile.pathOf(database.path());
  }

  /** Whether the path still leads to this database. */
  public boolean isCurrent() throws IOException {
    return database.isCurrent();
  }

  /** Size of the database file in bytes. */
  public long fileSize() throws IOException {
    return database.fileSize();
  }

  /** Reads from the database file, see {@link LiveDatabase#readFile}. */
  public int readFile(byte[] target, int length, long offset) throws IOException {
    return database.readFile(target, length, offset);
  }

  /** Releases the database; the WAL and the shadow WAL stay as they are. */
  @Override
  public void close() throws IOException {
    try (database;
        meta) {
      ShadowFile file = shadow;
      shadow = null;
      if (file != null) {
        file.close();
      }
    }
  }
}
