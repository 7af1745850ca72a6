package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.age.AgeException;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.restore.GenerationReport.Stretch;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads every object of a generation, as a restore would, and keeps nothing: each object's own
 * checksum, each snapshot's header and size, each frame's salts and checksum, and the chain of all
 * of them. A restore ends at the first damage; this goes on behind it, so that each is named.
 *
 * <p>Segments before the first snapshot cannot be restored and are verified all the same. Used
 * once, by one thread.
 */
public final class Verifier {

  private final ReplicaReader replica;
  private final Generation generation;
  private final int parallelism;
  private final List<String> damages = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private boolean proved = true;

  /** Consecutive segments that were found to be sound: what a snapshot at one of them can use. */
  private record Run(List<SegmentInfo> segments) {

    boolean covers(int index) {
      return !segments.isEmpty()
          && segments.get(0).start().index() <= index
          && last().start().index() >= index;
    }

    SegmentInfo last() {
      return segments.get(segments.size() - 1);
    }
  }

  private Verifier(ReplicaReader replica, Generation generation, int parallelism) {
    this.replica = requireNonNull(replica, "replica");
    this.generation = requireNonNull(generation, "generation");
    this.parallelism = parallelism;
  }

  /**
   * Verifies one generation.
   *
   * @param parallelism how many objects are fetched at once, from 1
   * @throws io.litestream.spi.ReplicaException if the replica cannot be read; damage is no
   *     exception
   */
  public static GenerationReport verify(
      ReplicaReader replica, Generation generation, int parallelism)
      throws IOException, InterruptedException {
    return new Verifier(replica, generation, parallelism).run();
  }

  private GenerationReport run() throws IOException, InterruptedException {
    List<SnapshotInfo> snapshots = replica.snapshots(generation);
    List<SegmentInfo> segments = replica.segments(generation);
    List<SnapshotInfo> sound = new ArrayList<>();
    int pageSize = 0;
    for (SnapshotInfo snapshot : snapshots) {
      int size = verify(snapshot);
      if (size != 0) {
        sound.add(snapshot);
        pageSize = size;
      }
    }
    if (pageSize == 0 && !segments.isEmpty()) {
      pageSize = pageSizeOf(segments.get(0));
    }
    if (pageSize != 0) {
      for (List<SegmentInfo> piece : pieces(segments)) {
        verify(piece, pageSize);
      }
    }
    long bytes =
        snapshots.stream().mapToLong(SnapshotInfo::size).sum()
            + segments.stream().mapToLong(SegmentInfo::size).sum();
    return new GenerationReport(
        generation,
        snapshots.size(),
        segments.size(),
        bytes,
        stretches(sound),
        damages,
        proved && damages.isEmpty());
  }

  /** Returns the page size, or 0 if the snapshot is damaged. */
  private int verify(SnapshotInfo snapshot) throws IOException, InterruptedException {
    try (Reading reading = Reading.ofSnapshot(plan(snapshot, List.of()), parallelism)) {
      Reading.Snapshot found = reading.readSnapshot();
      proved &= found.checksummed();
      return found.pageSize();
    } catch (RestoreException e) {
      found(e);
      return 0;
    }
  }

  /** Verifies segments that follow each other, going on behind each damage. */
  private void verify(List<SegmentInfo> piece, int pageSize)
      throws IOException, InterruptedException {
    List<SegmentInfo> rest = piece;
    while (!rest.isEmpty()) {
      int applied = 0;
      int index = rest.get(0).start().index();
      // What stands for the snapshot tells only where the WAL begins.
      SnapshotInfo start = new SnapshotInfo(generation, index, 0, Instant.EPOCH);
      Reading reading = Reading.ofSegments(plan(start, rest), parallelism);
      try (reading) {
        proved &= reading.readSegments(pageSize);
        runs.add(new Run(rest));
        return;
      } catch (RestoreException e) {
        found(e);
        applied = reading.read();
      }
      runs.add(new Run(rest.subList(0, applied)));
      // A damage at the end of an index shows with the next one, which itself may be sound.
      int damaged = rest.get(Math.min(applied, rest.size() - 1)).start().index();
      boolean atBeginning =
          applied > 0 && applied < rest.size() && rest.get(applied - 1).start().index() != damaged;
      int from = atBeginning ? damaged : damaged + 1;
      rest = rest.stream().filter(segment -> segment.start().index() >= from).toList();
    }
  }

  private RestorePlan plan(SnapshotInfo start, List<SegmentInfo> segments) {
    return new RestorePlan(replica, start, segments, false, Optional.empty(), false, false);
  }

  private void found(RestoreException damage) throws RestoreException {
    if (damage.kind() != Kind.DAMAGED) {
      throw damage;
    }
    // Where a piece is begun again, the same damage may come up once more.
    if (!damages.contains(damage.finding())) {
      damages.add(damage.finding());
    }
  }

  /** Splits where an index is missing, or begins without its beginning. */
  private List<List<SegmentInfo>> pieces(List<SegmentInfo> segments) {
    List<List<SegmentInfo>> pieces = new ArrayList<>();
    List<SegmentInfo> piece = new ArrayList<>();
    int index = -1;
    for (SegmentInfo segment : segments) {
      Position start = segment.start();
      if (start.index() == index) {
        piece.add(segment);
        continue;
      }
      boolean gap = index >= 0 && start.index() != index + 1;
      if (gap) {
        damages.add(
            "there is no segment of index %s, though %s is there"
                .formatted(Position.indexText(index + 1), segment.key()));
      }
      if (start.offset() != 0) {
        damages.add(
            "%s is the first segment of its index, but begins at offset %d instead of 0: the segments before it are missing"
                .formatted(segment.key(), start.offset()));
      }
      if (gap || start.offset() != 0) {
        pieces.add(piece);
        piece = new ArrayList<>();
      }
      index = start.index();
      piece.add(segment);
    }
    pieces.add(piece);
    // Without its beginning an index cannot be verified; what is wrong with it has been said.
    return pieces.stream()
        .map(
            whole ->
                !whole.isEmpty() && whole.get(0).start().offset() != 0
                    ? behindIndex(whole, whole.get(0).start().index())
                    : whole)
        .filter(whole -> !whole.isEmpty())
        .toList();
  }

  private static List<SegmentInfo> behindIndex(List<SegmentInfo> segments, int index) {
    return segments.stream().filter(segment -> segment.start().index() > index).toList();
  }

  /** The page size that a WAL header says, if no snapshot could be read; 0 if there is none. */
  private int pageSizeOf(SegmentInfo first) throws IOException {
    try (InputStream in = replica.open(first)) {
      byte[] header = in.readNBytes(WalHeader.SIZE);
      Optional<WalHeader> wal =
          header.length == WalHeader.SIZE ? WalHeader.parse(header) : Optional.empty();
      if (wal.isPresent()) {
        return wal.get().pageSize();
      }
      damages.add(first.key() + " is damaged: it does not begin with a valid WAL header");
    } catch (Lz4FormatException | AgeException e) {
      if (Damage.isMissingKey(e)) {
        throw Damage.missingKey(replica, first.key(), e);
      }
      damages.add(first.key() + " " + e.getMessage());
    }
    return 0;
  }

  /** From each sound snapshot as far as its run goes; those that touch are one. */
  private List<Stretch> stretches(List<SnapshotInfo> snapshots) {
    List<Stretch> stretches = new ArrayList<>();
    for (SnapshotInfo snapshot : snapshots) {
      Stretch stretch = stretch(snapshot);
      int last = stretches.size() - 1;
      if (last >= 0 && stretches.get(last).end().equals(stretch.end())) {
        continue; // the same run: the earlier snapshot reaches as far
      }
      stretches.add(stretch);
    }
    return stretches;
  }

  private Stretch stretch(SnapshotInfo snapshot) {
    Position at = new Position(generation, snapshot.index(), 0);
    for (Run run : runs) {
      if (run.covers(snapshot.index())) {
        Instant written = run.last().createdAt();
        Instant to = written.isAfter(snapshot.createdAt()) ? written : snapshot.createdAt();
        return new Stretch(snapshot.createdAt(), to, run.last().start());
      }
    }
    return new Stretch(snapshot.createdAt(), snapshot.createdAt(), at);
  }
}
