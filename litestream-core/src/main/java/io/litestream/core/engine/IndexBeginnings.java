package io.litestream.core.engine;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When indexes of the current generation were seen to begin. Remembers the last ones only: a
 * replica may be far behind. May be used by any thread.
 */
final class IndexBeginnings {

  private static final int MOST = 256;

  // Guarded by this.
  private final TreeMap<Integer, Instant> seen = new TreeMap<>();
  private @Nullable Position last;

  /**
   * Is told of the end of the shadow WAL, again and again.
   *
   * @param now when that was reached
   */
  synchronized void reached(Position end, Instant now) {
    Position before = last;
    last = end;
    if (before == null || !before.generation().equals(end.generation())) {
      seen.clear(); // it may have begun before anybody looked
    } else if (end.index() > before.index()) {
      seen.put(end.index(), now);
      if (seen.size() > MOST) {
        seen.pollFirstEntry();
      }
    }
  }

  /** Nobody looks any more. */
  synchronized void lost() {
    last = null;
    seen.clear();
  }

  /** When an index's first commit was noticed; empty if nobody was there, or it is long ago. */
  synchronized Optional<Instant> of(Generation generation, int index) {
    return last != null && last.generation().equals(generation)
        ? Optional.ofNullable(seen.get(index))
        : Optional.empty();
  }
}
