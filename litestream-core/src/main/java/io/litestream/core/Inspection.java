package io.litestream.core;

import io.litestream.core.age.AgeException;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.drill.DrillRecord;
import io.litestream.core.engine.UploadGlance;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.shadow.ShadowGlance;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads off files and replicas where a database stands, without replicating it and without opening
 * it: for when no process can be asked. What only a process knows, such as when it tries again, is
 * empty.
 */
public final class Inspection {

  private final ReplicaStores stores;
  private final Instant now;

  /**
   * @param now for lags
   */
  public Inspection(ReplicaStores stores, Instant now) {
    this.stores = stores;
    this.now = now;
  }

  /**
   * Where a database and its replicas stand. A replica that cannot be read has that as its error.
   *
   * <p>A replica lags if the shadow WAL goes further than it does, or if the database was written
   * to after the shadow WAL; then as long as its last object is old.
   */
  public DatabaseStatus of(DatabaseOptions options) throws IOException {
    Optional<ShadowGlance> shadow = ShadowGlance.of(options.metaPath());
    Optional<Instant> changed = lastChange(options.path());
    boolean uncopied =
        changed.isPresent()
            && (shadow.isEmpty() || changed.get().isAfter(shadow.get().changedAt()));
    List<DatabaseStatus.Replica> replicas = new ArrayList<>();
    for (ReplicaOptions replica : options.replicas()) {
      Place place =
          place(replica, Optional.of(options.metaPath()), shadow.map(ShadowGlance::generation));
      long bytes = shadow.map(glance -> glance.bytesAfter(place.position())).orElse(0L);
      replicas.add(
          place.status(
              replica.name(),
              uncopied || bytes > 0,
              bytes,
              changed,
              lastDrill(options.metaPath(), replica),
              now));
    }
    return new DatabaseStatus(
        options.path(),
        changed.isPresent(),
        shadow.map(ShadowGlance::end),
        Optional.empty(),
        replicas);
  }

  /**
   * Where a replica stands of which the database is not known. Its lag is its last object's age.
   */
  public DatabaseStatus.Replica of(ReplicaOptions replica) {
    return place(replica, Optional.empty(), Optional.empty())
        .status(replica.name(), true, 0, Optional.empty(), DatabaseStatus.Drill.NONE, now);
  }

  /**
   * How far a replica got.
   *
   * @param newest when its last object was written
   * @param snapshot when its last snapshot was written
   */
  private record Place(
      Optional<Position> position,
      Optional<Instant> newest,
      Optional<Instant> snapshot,
      Optional<String> error) {

    static Place unknown(String error) {
      return new Place(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(error));
    }

    DatabaseStatus.Replica status(
        String name,
        boolean behind,
        long lagBytes,
        Optional<Instant> changed,
        DatabaseStatus.Drill drill,
        Instant now) {
      Optional<Instant> since = newest.or(() -> changed);
      Duration lag =
          behind ? since.map(at -> Duration.between(at, now)).orElse(Duration.ZERO) : Duration.ZERO;
      return new DatabaseStatus.Replica(
          name,
          position,
          lag.isNegative() ? Duration.ZERO : lag,
          lagBytes,
          newest,
          error,
          Optional.empty(),
          new DatabaseStatus.Retention(snapshot, Optional.empty(), Optional.empty(), 0, Map.of()),
          drill,
          Optional.empty());
    }
  }

  /**
   * As the process that made it has kept it; when the next one is due depends on the next start.
   */
  private static DatabaseStatus.Drill lastDrill(Path metaPath, ReplicaOptions replica)
      throws IOException {
    if (replica.drills().interval().isEmpty()) {
      return DatabaseStatus.Drill.NONE;
    }
    return DrillRecord.read(metaPath, replica)
        .map(
            last ->
                new DatabaseStatus.Drill(
                    Optional.of(last.ended()), last.elapsed(), last.error(), Optional.empty()))
        .orElse(DatabaseStatus.Drill.NONE);
  }

  /**
   * A replica that is looked at.
   *
   * @param metaPath of its database, if that is known
   */
  private record Looked(ReplicaOptions options, ReplicaReader reader, Optional<Path> metaPath) {}

  private Place place(
      ReplicaOptions replica, Optional<Path> metaPath, Optional<Generation> current) {
    try (ReplicaStore store = stores.open(replica, RequestObserver.NONE)) {
      Looked looked = new Looked(replica, new ReplicaReader(replica, store), metaPath);
      Optional<Place> place = current.isPresent() ? place(looked, current.get()) : Optional.empty();
      for (Generation generation :
          place.isPresent() ? List.<Generation>of() : looked.reader().generations()) {
        place = newer(place, place(looked, generation));
      }
      return place.orElse(Place.unknown("nothing is in the replica"));
    } catch (IOException e) {
      return Place.unknown(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Place> newer(Optional<Place> a, Optional<Place> b) {
    Instant first = a.flatMap(Place::newest).orElse(Instant.MIN);
    Instant second = b.flatMap(Place::newest).orElse(Instant.MIN);
    return second.isAfter(first) ? b : a;
  }

  /** How far one generation goes; empty if it cannot be restored, for want of a snapshot. */
  private static Optional<Place> place(Looked replica, Generation generation) throws IOException {
    ReplicaReader reader = replica.reader();
    List<SnapshotInfo> snapshots = reader.snapshots(generation);
    if (snapshots.isEmpty()) {
      return Optional.empty();
    }
    SnapshotInfo snapshot = snapshots.get(snapshots.size() - 1);
    Optional<SegmentInfo> last = reader.lastSegment(generation, snapshot.index());
    if (last.isEmpty()) {
      return Optional.of(
          new Place(
              Optional.of(new Position(generation, snapshot.index(), 0)),
              Optional.of(snapshot.createdAt()),
              Optional.of(snapshot.createdAt()),
              Optional.empty()));
    }
    Position start = last.get().start();
    return Optional.of(
        new Place(
            Optional.of(start.at(end(replica, last.get()))),
            Optional.of(last.get().createdAt()),
            Optional.of(snapshot.createdAt()),
            Optional.empty()));
  }

  /** The offset after a segment; one that cannot be read without a private key was recorded. */
  private static long end(Looked replica, SegmentInfo segment) throws IOException {
    if (replica.metaPath().isPresent() && replica.options().age().encrypts()) {
      OptionalLong sent = UploadGlance.end(replica.metaPath().get(), replica.options(), segment);
      if (sent.isPresent()) {
        return sent.getAsLong();
      }
    }
    try (InputStream in = replica.reader().open(segment)) {
      return segment.start().offset() + in.transferTo(OutputStream.nullOutputStream());
    } catch (AgeException | Lz4FormatException e) {
      throw new IOException(segment.key() + " " + e.getMessage(), e);
    }
  }

  /** When the WAL was written to last; the database itself, if there is no WAL in use. */
  private static Optional<Instant> lastChange(Path database) throws IOException {
    Path wal = database.resolveSibling(database.getFileName() + "-wal");
    try {
      if (Files.size(wal) > 0) {
        return Optional.of(Files.getLastModifiedTime(wal).toInstant());
      }
    } catch (NoSuchFileException e) {
      // the database itself, then
    }
    try {
      return Optional.of(Files.getLastModifiedTime(database).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
