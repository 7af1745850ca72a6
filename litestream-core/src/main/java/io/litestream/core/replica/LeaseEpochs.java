package io.litestream.core.replica;

import io.litestream.core.lease.LeaseRecord;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The epochs of a lease as they lie in a replica, see {@link io.litestream.core.lease}. */
public final class LeaseEpochs {

  private static final String PREFIX = "lease/";
  private static final int DIGITS = 16;
  private static final int MAX_RECORD = 4096;

  /** Nobody can be about to make an epoch any more that the newest is so much younger than. */
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final ReplicaStore store;
  private final ExclusiveWrites writes;

  /**
   * @param store not closed by this object
   * @param writes the store's
   */
  public LeaseEpochs(ReplicaStore store, ExclusiveWrites writes) {
    this.store = store;
    this.writes = writes;
  }

  private static String key(long epoch) {
    return PREFIX + "%016x".formatted(epoch);
  }

  private static long epoch(ObjectInfo info) {
    String digits = info.key().substring(PREFIX.length());
    return digits.length() == DIGITS && digits.matches("[0-7][0-9a-f]*")
        ? Long.parseLong(digits, 16)
        : 0;
  }

  /** Makes an epoch; false if there is one of that number. */
  public boolean make(long epoch, LeaseRecord record) throws IOException {
    return writes.createIfAbsent(key(epoch), record.toBytes());
  }

  /** The number of the newest epoch; 0 if there is none. */
  public long newest() throws IOException {
    List<ObjectInfo> all = all();
    return all.isEmpty() ? 0 : epoch(all.get(all.size() - 1));
  }

  private List<ObjectInfo> all() throws IOException {
    List<ObjectInfo> all = new ArrayList<>();
    Optional<ListRequest> request = Optional.of(ListRequest.below(PREFIX));
    while (request.isPresent()) {
      ListRequest asked = request.get();
      ListPage page = store.list(asked);
      page.objects().stream().filter(info -> epoch(info) > 0).forEach(all::add);
      request = page.next().map(asked::after);
    }
    return all;
  }

  /** What an epoch says; empty if it is not whole, or was removed. */
  public Optional<LeaseRecord> read(long epoch) throws IOException {
    try (InputStream in = store.open(key(epoch))) {
      return LeaseRecord.parse(in.readNBytes(MAX_RECORD));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  /** Removes those that are ten minutes older, by the store's clock, than the newest. */
  public void removeOld() throws IOException {
    List<ObjectInfo> all = all();
    if (all.isEmpty()) {
      return;
    }
    Instant limit = all.get(all.size() - 1).lastModified().minus(KEPT);
    List<String> old =
        all.stream()
            .filter(info -> info.lastModified().isBefore(limit))
            .map(ObjectInfo::key)
            .toList();
    if (!old.isEmpty()) {
      store.delete(old); // what is refused is tried again the next time
    }
  }
}
