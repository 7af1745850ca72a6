package io.litestream.core.replica;

import static java.util.Comparator.comparingInt;
import static java.util.Objects.requireNonNull;

import io.litestream.core.layout.LtxLayout;
import io.litestream.core.ltx.LtxDecoder;
import io.litestream.core.position.TxId;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What Litestream v0.5 has put into one replica. Every call asks the store anew. May be used by any
 * number of threads; does not own the store.
 */
public final class LtxReader {

  private static final Comparator<LtxFile> ORDER =
      comparingInt(LtxFile::level).thenComparing(LtxFile::first).thenComparing(LtxFile::last);

  private final String name;
  private final ReplicaStore store;

  /**
   * @param name as people call this replica, for messages
   * @param store not closed by this reader
   */
  public LtxReader(String name, ReplicaStore store) {
    this.name = requireNonNull(name, "name");
    this.store = requireNonNull(store, "store");
  }

  /** As people call this replica. */
  public String name() {
    return name;
  }

  /** Files of all levels, sorted by level and transactions. */
  public List<LtxFile> files() throws IOException {
    List<LtxFile> found = new ArrayList<>();
    for (String prefix : levelPrefixes()) {
      addFiles(prefix, found);
    }
    found.sort(ORDER);
    return List.copyOf(found);
  }

  /** Files of one level, sorted by transactions. */
  public List<LtxFile> files(int level) throws IOException {
    List<LtxFile> found = new ArrayList<>();
    for (String prefix : levelPrefixes()) {
      if (LtxLayout.parseLevel(prefix).filter(l -> l == level).isPresent()) {
        addFiles(prefix, found);
      }
    }
    found.sort(ORDER);
    return List.copyOf(found);
  }

  /** Whether v0.5 has written here, or at least begun to. */
  public boolean hasLevels() throws IOException {
    return !levelPrefixes().isEmpty();
  }

  private List<String> levelPrefixes() throws IOException {
    List<String> found = new ArrayList<>();
    for (String parent : List.of(LtxLayout.LEVELS, LtxLayout.BARE_LEVELS)) {
      pages(
          ListRequest.childrenOf(parent),
          page ->
              page.commonPrefixes().stream()
                  .filter(prefix -> LtxLayout.parseLevel(prefix).isPresent())
                  .forEach(found::add));
    }
    return found;
  }

  private void addFiles(String prefix, List<LtxFile> found) throws IOException {
    int level = LtxLayout.parseLevel(prefix).orElseThrow();
    pages(
        ListRequest.below(prefix),
        page -> {
          for (ObjectInfo object : page.objects()) {
            Optional<TxId> first = LtxLayout.parseFirst(prefix, object.key());
            Optional<TxId> last = LtxLayout.parseLast(prefix, object.key());
            if (first.isPresent() && last.isPresent() && first.get().compareTo(last.get()) <= 0) {
              found.add(
                  new LtxFile(
                      object.key(),
                      level,
                      first.get(),
                      last.get(),
                      object.size(),
                      object.lastModified()));
            }
          }
        });
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
   * A file's bytes, as {@link LtxDecoder} takes them. The caller closes the stream.
   *
   * @throws io.litestream.spi.NoSuchObjectException if it is not there any more
   */
  public InputStream open(LtxFile file) throws IOException {
    return store.open(file.key());
  }

  /**
   * When a file's last transaction was made, by the clock of the machine that made it: the
   * beginning of the file says so, whatever store it is in. One request.
   *
   * @throws io.litestream.core.ltx.LtxFormatException if it does not begin as an LTX file
   */
  public Instant timeOf(LtxFile file) throws IOException {
    try (InputStream in = open(file)) {
      return new LtxDecoder(in).header().time();
    }
  }

  @Override
  public String toString() {
    return "replica '" + name + "'";
  }
}
