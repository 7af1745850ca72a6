package io.litestream.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** More keys than fit one page of a listing, or one batch of deletes. */
final class ManyKeys {

  static final int COUNT = 2_503;

  private static final int EACH = 100;

  private ManyKeys() {}

  /** In the order of listings. */
  static List<String> all() {
    return IntStream.range(0, COUNT)
        .mapToObj(i -> String.format(Locale.ROOT, "g/%02d/%08x.wal", i / 500, i))
        .toList();
  }

  /** As {@link #all}, with another key in the place of one. */
  static List<String> withOneAt(int index, String key) {
    List<String> keys = new ArrayList<>(all());
    keys.set(index, key);
    return List.copyOf(keys);
  }

  /**
   * The first, the last, and each hundredth: enough to see what became of every batch, for where
   * writing all of them would take too long.
   */
  static List<String> some(List<String> keys) {
    List<String> some = new ArrayList<>();
    for (int i = 0; i < keys.size(); i += EACH) {
      some.add(keys.get(i));
    }
    some.add(keys.get(keys.size() - 1));
    return some;
  }
}
