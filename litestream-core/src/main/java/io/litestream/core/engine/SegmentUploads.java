package io.litestream.core.engine;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.ReplicationObserver.Upload;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import io.litestream.core.replica.ObjectUpload;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Uploads the shadow WAL to one replica, segment by segment. One that failed is repeated from the
 * same position and so under the same key: whether the first try arrived after all makes no
 * difference. Used by one thread at a time.
 */
final class SegmentUploads {

  private final DatabaseReplicator database;
  private final ReplicaOptions options;
  private final ReplicaStore store;
  private final ReplicaPlace place;
  private final WritePermission permission;
  private final ReplicationObserver observer;
  private final Function<Level, LoggingEventBuilder> log;
  private final BooleanSupplier stopped;

  /**
   * @param place where to begin; told of each segment
   * @param log begins a line that names database and replica
   * @param stopped asked before each segment
   */
  SegmentUploads(
      DatabaseReplicator database,
      ReplicaOptions options,
      ReplicaStore store,
      ReplicaPlace place,
      WritePermission permission,
      ReplicationObserver observer,
      Function<Level, LoggingEventBuilder> log,
      BooleanSupplier stopped) {
    this.database = database;
    this.options = options;
    this.store = store;
    this.place = place;
    this.permission = permission;
    this.observer = observer;
    this.log = log;
    this.stopped = stopped;
  }

  /** Uploads until the replica holds everything up to there, or another generation has begun. */
  void uploadTo(Position target) throws IOException {
    while (!stopped.getAsBoolean()) {
      Position at = place.position().orElse(null);
      if (at == null || !at.generation().equals(target.generation()) || at.covers(target)) {
        return;
      }
      try (ShadowSlice slice =
          ShadowSlice.open(database.shadowPath(at.generation(), at.index()), at, target)) {
        if (slice.isEmpty()) {
          place.advance(at.startOf(at.index() + 1));
          continue;
        }
        upload(slice, at);
      } catch (NoSuchFileException e) {
        if (database.isCurrent(at.generation())) {
          throw new IOException("shadow WAL file " + e.getFile() + " is gone", e);
        }
        return;
      }
    }
  }

  private void upload(ShadowSlice slice, Position at) throws IOException {
    long began = System.nanoTime();
    try (ObjectUpload upload =
        ObjectUpload.ofSegment(store, options.age(), ReplicaLayout.segmentKey(at), note(at))) {
      slice.copyTo(upload);
      upload.finish();
      expect(at, slice.end(), upload);
      permission.require();
      upload.commit();
    }
    place.record().ifPresent(UploadRecord::confirm);
    place.advance(at.at(slice.end()));
    long size = slice.end() - at.offset();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
    observer.onUpload(database.database(), options, Upload.SEGMENT, size, elapsed);
    log.apply(Level.DEBUG)
        .addKeyValue("position", at)
        .addKeyValue("elapsed", elapsed)
        .addKeyValue("sz", size)
        .log("wal segment written");
    database.progressed();
  }

  /** What could not be recorded costs a new generation after a restart, and holds nothing up. */
  private void expect(Position start, long end, ObjectUpload upload) {
    Optional<UploadRecord> sent = place.record();
    Optional<ObjectFingerprint> stored = upload.fingerprint();
    if (sent.isEmpty() || stored.isEmpty()) {
      return;
    }
    try {
      Path shadow = database.shadowPath(start.generation(), start.index());
      sent.get().expect(start, end, stored.get(), WalMark.of(shadow, end));
    } catch (IOException e) {
      if (database.isCurrent(start.generation())) {
        log.apply(Level.WARN)
            .addKeyValue("error", e.toString())
            .log("upload cannot be recorded; a restart may begin a new generation");
      }
    }
  }

  /** The first segment of an index says how the one before ended, so that a gap there shows. */
  private byte[] note(Position start) throws IOException {
    if (start.offset() > 0 || start.index() == 0) {
      return new byte[0];
    }
    int before = start.index() - 1;
    try {
      return IndexEnd.of(
              database.shadowPath(start.generation(), before),
              database.begun(start.generation(), before))
          .toNote();
    } catch (NoSuchFileException e) {
      return new byte[0]; // removed: its end is not known any more
    }
  }
}
