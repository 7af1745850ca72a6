package io.litestream.core.engine;

import io.litestream.core.age.AgeException;
import io.litestream.core.age.AgeFiles;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.codec.Lz4FormatException.Damage;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a replica's last segment ends, and whether the shadow WAL holds the same bytes. The
 * generation goes on only if that is shown: by comparing the bytes, or, where they are encrypted,
 * by {@link UploadRecord}: the object is byte for byte what was sent from here, and the shadow WAL
 * is still what was sent.
 */
final class SegmentEnd {

  /** Finds shadow files. */
  interface ShadowPaths {
    Path of(Generation generation, int index) throws IOException;
  }

  /**
   * @param segment the replica's last segment
   * @param end the position after it
   * @param objection why the generation cannot go on from there
   */
  record Found(SegmentInfo segment, Position end, Optional<Reason> objection) {}

  private final ReplicaReader reader;
  private final ShadowView view;
  private final ShadowPaths paths;
  private final SegmentInfo last;

  private SegmentEnd(ReplicaReader reader, ShadowView view, ShadowPaths paths, SegmentInfo last) {
    this.reader = reader;
    this.view = view;
    this.paths = paths;
    this.last = last;
  }

  /**
   * Reads the last segment among the indexes that the shadow WAL still has; there is none if empty.
   *
   * @param record of what was sent, if the replica is to be encrypted
   */
  static Optional<Found> find(
      ReplicaReader reader,
      ShadowView view,
      ShadowPaths paths,
      AgeKeys keys,
      @Nullable UploadRecord record)
      throws IOException {
    Optional<SegmentInfo> last = reader.lastSegment(view.generation(), view.firstIndex());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    SegmentEnd end = new SegmentEnd(reader, view, paths, last.get());
    return Optional.of(record == null ? end.ofPlain() : end.ofEncrypted(keys, record));
  }

  private Found ofPlain() throws IOException {
    Position start = last.start();
    if (isAhead(start)) {
      return objection(Reason.REPLICA_AHEAD);
    }
    try {
      return compared();
    } catch (Lz4FormatException e) {
      // Cut off or damaged: it is written again from its beginning.
      return e.damage() == Damage.ENCRYPTED
          ? objection(Reason.ENCRYPTION_CHANGED)
          : new Found(last, start, Optional.empty());
    }
  }

  private Found ofEncrypted(AgeKeys keys, UploadRecord record) throws IOException {
    if (isAhead(last.start())) {
      return objection(Reason.REPLICA_AHEAD);
    }
    if (record.mayKnow(last.start(), last.size())) {
      ObjectFingerprint stored;
      try (InputStream in = reader.openStored(last)) {
        stored = ObjectFingerprint.of(in);
      }
      Optional<UploadEntry> entry = record.arrived(last.start(), stored);
      if (entry.isPresent()) {
        return record.isForPresentRecipients(entry.get())
            ? found(entry.get().end(), isInShadow(entry.get()))
            : objection(Reason.ENCRYPTION_CHANGED);
      }
    }
    try (InputStream in = reader.openStored(last)) {
      if (!AgeFiles.isEncrypted(in)) {
        return objection(Reason.ENCRYPTION_CHANGED);
      }
    }
    if (keys.identities().isEmpty()) {
      return objection(Reason.REPLICA_UNPROVED);
    }
    try {
      return compared();
    } catch (Lz4FormatException | AgeException e) {
      return objection(Reason.REPLICA_UNPROVED);
    }
  }

  private boolean isAhead(Position position) {
    return !view.end().covers(position);
  }

  private Found objection(Reason reason) {
    return new Found(last, last.start(), Optional.of(reason));
  }

  private Found found(long end, boolean agrees) {
    Position at = last.start().at(end);
    return new Found(
        last, at, agrees && !isAhead(at) ? Optional.empty() : Optional.of(Reason.REPLICA_AHEAD));
  }

  private boolean isInShadow(UploadEntry entry) throws IOException {
    try {
      return WalMark.of(shadow(), entry.end()).equals(entry.mark());
    } catch (EOFException e) {
      return false;
    }
  }

  private Path shadow() throws IOException {
    return paths.of(view.generation(), last.start().index());
  }

  private Found compared() throws IOException {
    long at = last.start().offset();
    boolean agrees = true;
    try (InputStream in = reader.open(last);
        FileChannel shadow = FileChannel.open(shadow(), StandardOpenOption.READ)) {
      byte[] theirs = new byte[1 << 16];
      byte[] ours = new byte[theirs.length];
      for (int got = in.read(theirs); got >= 0; got = in.read(theirs)) {
        ByteBuffer buffer = ByteBuffer.wrap(ours, 0, got);
        while (buffer.hasRemaining() && shadow.read(buffer, at + buffer.position()) >= 0) {
          // until all is there or the file ends
        }
        agrees &= !buffer.hasRemaining() && Arrays.equals(theirs, 0, got, ours, 0, got);
        at += got;
      }
    }
    return found(at, agrees);
  }
}
