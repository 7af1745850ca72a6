package io.litestream.core.engine;

import io.litestream.core.engine.SegmentEnd.ShadowPaths;
import io.litestream.core.position.Position;
import io.litestream.core.sync.ShadowView;
import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** What of the shadow WAL a replica does not have yet. */
final class Backlog {

  private Backlog() {}

  /**
   * Its size in bytes of WAL.
   *
   * @param view what the shadow WAL holds; null if that is not known
   * @param reached the end of what the replica has; null if that is not known
   */
  static long bytes(@Nullable ShadowView view, @Nullable Position reached, ShadowPaths paths) {
    if (view == null) {
      return 0;
    }
    boolean same = reached != null && reached.generation().equals(view.generation());
    int index = same && reached != null ? reached.index() : view.firstIndex();
    long bytes = same && reached != null ? -reached.offset() : 0;
    for (; index < view.index(); index++) {
      try {
        bytes += Files.size(paths.of(view.generation(), index));
      } catch (IOException e) {
        // removed just now, so no replica needs it
      }
    }
    return Math.max(0, bytes + view.length());
  }
}
