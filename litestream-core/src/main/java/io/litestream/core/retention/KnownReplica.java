package io.litestream.core.retention;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What retention knows of one replica: listed once, and kept up to date by whoever changes the
 * replica. Used by one thread.
 */
public final class KnownReplica {

  private final ReplicaReader reader;
  private final Map<Generation, KnownGeneration> known = new LinkedHashMap<>();

  /** Knows nothing yet. */
  public KnownReplica(ReplicaReader reader) {
    this.reader = requireNonNull(reader, "reader");
  }

  /**
   * Lists the generations, the snapshots of each, and the last segments, to see when the newest was
   * written: those from the newest snapshot on.
   *
   * @param current the generation that is being written, if it has been looked at before; it is not
   *     listed again
   */
  public void survey(Optional<KnownGeneration> current) throws IOException {
    current.ifPresent(this::add);
    for (Generation generation : reader.generations()) {
      if (current.filter(found -> found.generation().equals(generation)).isEmpty()) {
        KnownGeneration found =
            new KnownGeneration(generation, reader.snapshots(generation), Optional.empty());
        add(withLast(found, found.lastIndex()));
      }
    }
  }

  private KnownGeneration withLast(KnownGeneration generation, int fromIndex) throws IOException {
    return new KnownGeneration(
        generation.generation(),
        generation.snapshots(),
        reader.lastWritten(generation.generation(), fromIndex).or(generation::lastSegment));
  }

  /** Looks at the snapshots of one generation again. */
  public void refresh(Generation generation) throws IOException {
    add(new KnownGeneration(generation, reader.snapshots(generation), lastSegment(generation)));
  }

  /** Looks at the snapshots of one generation again, and for segments that have been added. */
  void refreshToEnd(Generation generation) throws IOException {
    refresh(generation);
    KnownGeneration found = known.get(generation);
    if (found != null) {
      add(withLast(found, found.lastIndex()));
    }
  }

  /** Adds a snapshot that has become visible, in place of one of the same index. */
  public void add(SnapshotInfo snapshot) {
    List<SnapshotInfo> snapshots = new ArrayList<>(snapshots(snapshot.generation()));
    snapshots.removeIf(other -> other.index() == snapshot.index());
    snapshots.add(snapshot);
    add(new KnownGeneration(snapshot.generation(), snapshots, lastSegment(snapshot.generation())));
  }

  /** Adds what was found of a generation, in place of what was known of it. */
  public void add(KnownGeneration generation) {
    known.put(generation.generation(), generation);
  }

  /** Takes out snapshots that are gone. */
  void remove(Set<String> keys) {
    known.replaceAll(
        (generation, before) ->
            new KnownGeneration(
                generation,
                before.snapshots().stream().filter(s -> !keys.contains(s.key())).toList(),
                before.lastSegment()));
  }

  /** Takes out a generation of which nothing is left. */
  void remove(Generation generation) {
    known.remove(generation);
  }

  List<KnownGeneration> generations() {
    return List.copyOf(known.values());
  }

  private Optional<SegmentInfo> lastSegment(Generation generation) {
    return Optional.ofNullable(known.get(generation)).flatMap(KnownGeneration::lastSegment);
  }

  private List<SnapshotInfo> snapshots(Generation generation) {
    return Optional.ofNullable(known.get(generation))
        .map(KnownGeneration::snapshots)
        .orElse(List.of());
  }

  /** The snapshot of the highest index, of a generation. */
  public Optional<SnapshotInfo> newest(Generation generation) {
    List<SnapshotInfo> all = snapshots(generation);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }
}
