package io.litestream.testkit;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The objects of an {@link InMemoryStore}, in the order of listings. */
final class MemoryObjects {

  /** A class, since a record of an array would compare the array by identity. */
  private static final class Stored {
    private final byte[] bytes;
    private final Instant lastModified;

    Stored(byte[] bytes, Instant lastModified) {
      this.bytes = bytes;
      this.lastModified = lastModified;
    }
  }

  private final Object lock = new Object();
  private final NavigableMap<String, Stored> objects = new TreeMap<>(ObjectKeys.ORDER);

  /** Keeps the array itself: the caller does not change it afterwards. */
  void put(String key, byte[] bytes, Instant now) {
    synchronized (lock) {
      objects.put(key, new Stored(bytes, now));
    }
  }

  /** As {@link #put}, unless there is one of that key. */
  boolean putIfAbsent(String key, byte[] bytes, Instant now) {
    synchronized (lock) {
      return objects.putIfAbsent(key, new Stored(bytes, now)) == null;
    }
  }

  /** The array itself, not to be changed. */
  byte @Nullable [] get(String key) {
    synchronized (lock) {
      Stored stored = objects.get(key);
      return stored == null ? null : stored.bytes;
    }
  }

  void remove(String key) {
    synchronized (lock) {
      objects.remove(key);
    }
  }

  NavigableMap<String, byte[]> copy() {
    var copy = new TreeMap<String, byte[]>(ObjectKeys.ORDER);
    synchronized (lock) {
      objects.forEach((key, stored) -> copy.put(key, stored.bytes.clone()));
    }
    return copy;
  }

  ListPage list(ListRequest request) {
    synchronized (lock) {
      return page(request);
    }
  }

  private ListPage page(ListRequest request) {
    String prefix = request.prefix();
    String after = request.startAfter().orElse("");
    var infos = new ArrayList<ObjectInfo>();
    var prefixes = new ArrayList<String>();
    String last = "";
    Map.Entry<String, Stored> entry =
        ObjectKeys.ORDER.compare(after, prefix) < 0
            ? objects.ceilingEntry(prefix)
            : objects.higherEntry(after);
    while (entry != null && entry.getKey().startsWith(prefix)) {
      String key = entry.getKey();
      String rolledUp = rolledUp(key, request);
      String item = rolledUp == null ? key : rolledUp;
      if (ObjectKeys.ORDER.compare(item, after) > 0) {
        if (infos.size() + prefixes.size() == request.limit()) {
          return new ListPage(infos, prefixes, Optional.of(last));
        }
        last = item;
        add(entry, rolledUp, infos, prefixes);
      }
      entry = rolledUp == null ? objects.higherEntry(key) : objects.ceilingEntry(beyond(rolledUp));
    }
    return new ListPage(infos, prefixes, Optional.empty());
  }

  private static void add(
      Map.Entry<String, Stored> entry,
      @Nullable String rolledUp,
      List<ObjectInfo> infos,
      List<String> prefixes) {
    if (rolledUp != null) {
      prefixes.add(rolledUp);
    } else {
      Stored stored = entry.getValue();
      infos.add(new ObjectInfo(entry.getKey(), stored.bytes.length, stored.lastModified));
    }
  }

  private static @Nullable String rolledUp(String key, ListRequest request) {
    if (request.delimiter().isEmpty()) {
      return null;
    }
    int slash = key.indexOf('/', request.prefix().length());
    return slash < 0 ? null : key.substring(0, slash + 1);
  }

  /** The first string after all that begin with a common prefix: '0' follows '/'. */
  private static String beyond(String commonPrefix) {
    return commonPrefix.substring(0, commonPrefix.length() - 1) + '0';
  }
}
