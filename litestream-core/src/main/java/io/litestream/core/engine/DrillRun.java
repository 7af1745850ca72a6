package io.litestream.core.engine;

import io.litestream.core.drill.LivePages;
import io.litestream.core.drill.PageDigests;
import io.litestream.core.drill.ScratchDirectory;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreException;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One restore drill of one replica:
 *
 * <ol>
 *   <li>Look for room, and for the newest snapshot: it is of a state that the database has left
 *       behind by then.
 *   <li>Under a hold, note a digest of each page that the database has at the position held; then
 *       let go.
 *   <li>Wait until the replica has everything up to that position.
 *   <li>Restore it, exactly to there, into the scratch directory, and have SQLite check all of it.
 *   <li>Compare the pages.
 * </ol>
 *
 * The application waits for none of it; only the WAL is not checkpointed during the second step.
 * Used once, by one thread.
 */
final class DrillRun {

  private static final Duration HOLD_PATIENCE = Duration.ofSeconds(30);

  /** The longest wait for what had been committed when the drill began to be in the replica. */
  private static final Duration UPLOAD_PATIENCE = Duration.ofMinutes(1);

  /** Enough to overlap waiting for the store with writing; a drill is in no hurry. */
  private static final int PARALLELISM = 2;

  private final DatabaseReplicator database;
  private final ReplicaUploader uploader;
  private final ReplicaReader reader;
  private final ScratchDirectory scratch;

  /**
   * @param position what was restored
   * @param pages how many were compared
   */
  record Passed(Position position, long pages) {}

  DrillRun(
      DatabaseReplicator database,
      ReplicaUploader uploader,
      ReplicaReader reader,
      ScratchDirectory scratch) {
    this.database = database;
    this.uploader = uploader;
    this.reader = reader;
    this.scratch = scratch;
  }

  /**
   * @return empty if there was nothing to put to the test: the database is not there, nothing is in
   *     the replica yet, or another generation has begun meanwhile
   * @throws IOException if the replica does not restore the very database, or it cannot be told
   */
  Optional<Passed> run() throws IOException, InterruptedException {
    Position settled = uploader.settled().orElse(null);
    if (settled == null || !Files.exists(database.database())) {
      return Optional.empty();
    }
    Generation generation = settled.generation();
    try (scratch) {
      scratch.create(needed());
      Optional<SnapshotInfo> snapshot = newestSnapshot(generation);
      if (snapshot.isEmpty()) {
        throw new IOException(
            "nothing can be restored: there is no snapshot of generation %s in %s"
                .formatted(generation, reader));
      }
      return run(snapshot.get());
    } catch (IOException e) {
      if (database.isCurrent(generation)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The database as it may be after a checkpoint of its WAL, and a digest for each page. */
  private long needed() throws IOException {
    Path path = database.database();
    long size = Files.size(path);
    try {
      size += Files.size(path.resolveSibling(path.getFileName() + "-wal"));
    } catch (NoSuchFileException e) {
      // then it is empty
    }
    return size + size / 64;
  }

  private Optional<SnapshotInfo> newestSnapshot(Generation generation) throws IOException {
    List<SnapshotInfo> snapshots = reader.snapshots(generation);
    return snapshots.isEmpty()
        ? Optional.empty()
        : Optional.of(snapshots.get(snapshots.size() - 1));
  }

  private Optional<Passed> run(SnapshotInfo snapshot) throws IOException, InterruptedException {
    SnapshotHold hold = database.holdForSnapshot(HOLD_PATIENCE);
    PageDigests digests;
    Position position = hold.covered();
    try (hold) {
      if (!position.generation().equals(snapshot.generation())) {
        return Optional.empty();
      }
      digests =
          LivePages.read(
              scratch.file("digests"),
              hold,
              database.shadowPath(position.generation(), position.index()),
              position.offset());
      if (!hold.isValid()) {
        digests.close();
        return Optional.empty();
      }
    }
    try (digests) {
      if (!database.bring(uploader, position, UPLOAD_PATIENCE)) {
        throw new IOException(
            "the replica did not get what had been committed within %d seconds%s"
                .formatted(
                    UPLOAD_PATIENCE.toSeconds(),
                    uploader.error().map(error -> ": " + error).orElse("")));
      }
      Optional<Path> restored = restore(snapshot, position, digests.pages());
      if (restored.isEmpty()) {
        return Optional.empty();
      }
      requireEqual(digests.compare(restored.get()), position);
      return Optional.of(new Passed(position, digests.pages()));
    }
  }

  /** Gives the database; empty if retention has removed the snapshot meanwhile. */
  private Optional<Path> restore(SnapshotInfo snapshot, Position position, long pages)
      throws IOException, InterruptedException {
    RestoreRequest request =
        new RestoreRequest(
            scratch.file("restored.db"),
            Optional.of(position.generation()),
            OptionalInt.empty(),
            Optional.empty(),
            PARALLELISM,
            IntegrityCheck.FULL);
    try {
      Restorer.restoreUpTo(reader, snapshot, position, pages, request);
      return Optional.of(request.output());
    } catch (RestoreException e) {
      if (e.kind() == Kind.DAMAGED && isGone(snapshot)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private boolean isGone(SnapshotInfo snapshot) throws IOException {
    return reader.snapshots(snapshot.generation()).stream()
        .noneMatch(each -> each.index() == snapshot.index());
  }

  private void requireEqual(PageDigests.Comparison comparison, Position position)
      throws IOException {
    if (comparison.differing() > 0) {
      throw new IOException(
          "%s restores another database than the one it is of, as it was at %s: %d of %d pages differ, the first is page %d"
              .formatted(
                  reader,
                  position,
                  comparison.differing(),
                  comparison.pages(),
                  comparison.firstDiffering()));
    }
  }
}
