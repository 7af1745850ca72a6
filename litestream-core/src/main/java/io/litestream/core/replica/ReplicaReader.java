package io.litestream.core.replica;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Objects.requireNonNull;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.age.AgeFiles;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is in one replica. Every call asks the store anew. May be used by any number of threads;
 * does not own the store.
 */
public final class ReplicaReader {

  private final String name;
  private final ReplicaStore store;
  private final AgeKeys keys;

  /**
   * Reads a replica as it is configured, encrypted or not.
   *
   * @param store not closed by this reader
   */
  public ReplicaReader(ReplicaOptions replica, ReplicaStore store) {
    this(replica.name(), store, replica.age());
  }

  /**
   * Reads a replica that is not encrypted.
   *
   * @param name as people call this replica, for messages
   * @param store not closed by this reader
   */
  public ReplicaReader(String name, ReplicaStore store) {
    this(name, store, AgeKeys.NONE);
  }

  private ReplicaReader(String name, ReplicaStore store, AgeKeys keys) {
    this.name = requireNonNull(name, "name");
    this.store = requireNonNull(store, "store");
    this.keys = requireNonNull(keys, "keys");
  }

  /** As people call this replica. */
  public String name() {
    return name;
  }

  /** The generations of which any object exists, sorted by name. */
  public List<Generation> generations() throws IOException {
    List<Generation> found = new ArrayList<>();
    pages(
        ListRequest.childrenOf(ReplicaLayout.GENERATIONS),
        page ->
            page.commonPrefixes()
                .forEach(prefix -> ReplicaLayout.parseGeneration(prefix).ifPresent(found::add)));
    found.sort(comparing(Generation::name));
    return List.copyOf(found);
  }

  /** A generation's snapshots, sorted by index; none if there is no such generation. */
  public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
    List<SnapshotInfo> found = new ArrayList<>();
    pages(
        ListRequest.below(ReplicaLayout.snapshotPrefix(generation)),
        page -> {
          for (ObjectInfo object : page.objects()) {
            ReplicaLayout.parseSnapshot(generation, object.key())
                .ifPresent(
                    index ->
                        found.add(
                            new SnapshotInfo(
                                generation, index, object.size(), object.lastModified())));
          }
        });
    found.sort(comparingInt(SnapshotInfo::index));
    return List.copyOf(found);
  }

  /** All of a generation's segments, sorted by index and offset. */
  public List<SegmentInfo> segments(Generation generation) throws IOException {
    return segments(generation, ListRequest.below(ReplicaLayout.segmentPrefix(generation)));
  }

  /**
   * A generation's segments of that index and the ones after it, sorted by index and offset. Lists
   * nothing of what comes before.
   */
  public List<SegmentInfo> segmentsFrom(Generation generation, int index) throws IOException {
    return segments(
        generation,
        ListRequest.below(ReplicaLayout.segmentPrefix(generation))
            .after(ReplicaLayout.beforeSegmentsOf(generation, index)));
  }

  /**
   * The last of a generation's segments, by index and offset, that are of that index or a later
   * one.
   */
  public Optional<SegmentInfo> lastSegment(Generation generation, int fromIndex)
      throws IOException {
    List<SegmentInfo> segments = segmentsFrom(generation, fromIndex);
    return segments.isEmpty() ? Optional.empty() : Optional.of(segments.get(segments.size() - 1));
  }

  /**
   * Of a generation's segments of that index and the ones after it, the one that was written last.
   * Holds no more than a page of them in memory.
   */
  public Optional<SegmentInfo> lastWritten(Generation generation, int fromIndex)
      throws IOException {
    AtomicReference<@Nullable SegmentInfo> last = new AtomicReference<>();
    pages(
        ListRequest.below(ReplicaLayout.segmentPrefix(generation))
            .after(ReplicaLayout.beforeSegmentsOf(generation, fromIndex)),
        page -> {
          for (ObjectInfo object : page.objects()) {
            SegmentInfo.of(generation, object)
                .ifPresent(
                    segment ->
                        last.updateAndGet(
                            before ->
                                before == null || !segment.createdAt().isBefore(before.createdAt())
                                    ? segment
                                    : before));
          }
        });
    return Optional.ofNullable(last.get());
  }

  private List<SegmentInfo> segments(Generation generation, ListRequest request)
      throws IOException {
    List<SegmentInfo> found = new ArrayList<>();
    pages(
        request,
        page -> {
          for (ObjectInfo object : page.objects()) {
            SegmentInfo.of(generation, object).ifPresent(found::add);
          }
        });
    found.sort(SegmentInfo.BY_POSITION);
    return List.copyOf(found);
  }

  private void pages(ListRequest first, Consumer<ListPage> consumer) throws IOException {
    Optional<ListRequest> request = Optional.of(first);
    while (request.isPresent()) {
      ListPage page = store.list(request.get());
      consumer.accept(page);
      request = page.next().map(first::after);
    }
  }

  /**
   * The database that a snapshot holds, decrypted and decompressed. Damage shows while reading, see
   * {@link io.litestream.core.codec}. The caller closes the stream.
   *
   * @throws io.litestream.spi.NoSuchObjectException if it is not there any more
   * @throws io.litestream.core.age.AgeException if it is encrypted and cannot be decrypted
   */
  public InputStream open(SnapshotInfo snapshot) throws IOException {
    return new Lz4InputStream(openCompressed(snapshot));
  }

  /**
   * The WAL that a segment holds, decrypted and decompressed. Damage shows while reading, see
   * {@link io.litestream.core.codec}. The caller closes the stream.
   *
   * @throws io.litestream.spi.NoSuchObjectException if it is not there any more
   * @throws io.litestream.core.age.AgeException if it is encrypted and cannot be decrypted
   */
  public InputStream open(SegmentInfo segment) throws IOException {
    return new Lz4InputStream(openCompressed(segment));
  }

  /** A snapshot as {@link Lz4InputStream} takes it, for readers with buffers of their own. */
  public InputStream openCompressed(SnapshotInfo snapshot) throws IOException {
    return decrypted(store.open(snapshot.key()));
  }

  /** A segment as {@link Lz4InputStream} takes it, for readers with buffers of their own. */
  public InputStream openCompressed(SegmentInfo segment) throws IOException {
    return decrypted(store.open(segment.key()));
  }

  /** A segment as it is stored, encrypted or not. */
  public InputStream openStored(SegmentInfo segment) throws IOException {
    return store.open(segment.key());
  }

  /** Without keys, the decoder is the one who meets an encrypted object, and says so. */
  private InputStream decrypted(InputStream stored) throws IOException {
    return keys.isNone() ? stored : AgeFiles.open(stored, keys);
  }

  @Override
  public String toString() {
    return "replica '" + name + "'";
  }
}
