package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import io.litestream.core.codec.Lz4OutputStream;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that holds what a test has put in, with the times that the test says. Read-only else. */
public final class FixedStore implements ReplicaStore {

  /** What opening an object gives; a test may put itself in between. */
  @FunctionalInterface
  public interface Opening {
    InputStream open(String key, InputStream content) throws IOException;
  }

  public final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Instant> times = new ConcurrentHashMap<>();
  public final List<ListRequest> listed = new ArrayList<>();
  public final AtomicInteger opened = new AtomicInteger();
  public Opening opening = (key, content) -> content;

  public void put(String key, byte[] bytes, Instant time) {
    objects.put(key, bytes);
    times.put(key, time);
  }

  public void putCompressed(String key, byte[] content, Instant time) {
    put(key, compress(content), time);
  }

  public static byte[] compress(byte[] content) {
    return compress(content, new byte[0]);
  }

  public static byte[] compress(byte[] content, byte[] note) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out, note)) {
      lz4.write(content);
      lz4.finish();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  @Override
  public synchronized ListPage list(ListRequest request) {
    listed.add(request);
    List<ObjectInfo> found = new ArrayList<>();
    TreeMap<String, String> prefixes = new TreeMap<>();
    for (var entry : objects.entrySet()) {
      String key = entry.getKey();
      if (!key.startsWith(request.prefix())) {
        continue;
      }
      int slash =
          request.delimiter().isPresent() ? key.indexOf('/', request.prefix().length()) : -1;
      String name = slash < 0 ? key : key.substring(0, slash + 1);
      if (request.startAfter().filter(after -> name.compareTo(after) <= 0).isPresent()) {
        continue;
      }
      if (slash >= 0) {
        prefixes.put(name, name);
      } else {
        if (found.size() == request.limit()) {
          return new ListPage(
              found,
              List.copyOf(prefixes.keySet()),
              Optional.of(found.get(found.size() - 1).key()));
        }
        found.add(new ObjectInfo(key, entry.getValue().length, requireNonNull(times.get(key))));
      }
    }
    return new ListPage(found, List.copyOf(prefixes.keySet()), Optional.empty());
  }

  @Override
  public InputStream open(String key) throws IOException {
    opened.incrementAndGet();
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      throw new NoSuchObjectException(key, null);
    }
    return opening.open(key, new ByteArrayInputStream(bytes));
  }

  @Override
  public ObjectWriter create(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DeleteReport delete(Collection<String> keys) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
