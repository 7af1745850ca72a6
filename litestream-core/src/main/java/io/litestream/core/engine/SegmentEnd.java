package io.litestream.core.engine;

import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.sync.ShadowView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** Finds where a replica's last segment ends, and whether the shadow WAL holds the same bytes. */
final class SegmentEnd {

  /** Finds shadow files. */
  interface ShadowPaths {
    Path of(Generation generation, int index) throws IOException;
  }

  /**
   * @param end the position after the replica's last segment
   * @param agrees whether the segment is, byte for byte, what the shadow WAL has there
   */
  record Found(Position end, boolean agrees) {}

  private SegmentEnd() {}

  /**
   * Reads the last segment among the indexes that the shadow WAL still has; there is none if empty.
   */
  static Optional<Found> find(ReplicaReader reader, ShadowView view, ShadowPaths paths)
      throws IOException {
    Optional<SegmentInfo> found = reader.lastSegment(view.generation(), view.firstIndex());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SegmentInfo last = found.get();
    Position start = last.start();
    if (start.index() > view.index()) {
      return Optional.of(new Found(start, false));
    }
    Path path = paths.of(view.generation(), start.index());
    long length = 0;
    boolean agrees = true;
    try (InputStream in = reader.open(last);
        FileChannel shadow = FileChannel.open(path, StandardOpenOption.READ)) {
      byte[] theirs = new byte[1 << 16];
      byte[] ours = new byte[theirs.length];
      for (int got = in.read(theirs); got >= 0; got = in.read(theirs)) {
        ByteBuffer buffer = ByteBuffer.wrap(ours, 0, got);
        while (buffer.hasRemaining()
            && shadow.read(buffer, start.offset() + length + buffer.position()) >= 0) {
          // until all is there or the file ends
        }
        agrees &= !buffer.hasRemaining() && Arrays.equals(theirs, 0, got, ours, 0, got);
        length += got;
      }
    } catch (Lz4FormatException e) {
      // Cut off or damaged: it is written again from its beginning.
      return Optional.of(new Found(start, true));
    }
    long end = start.offset() + length;
    agrees &= start.index() < view.index() || end <= view.length();
    return Optional.of(new Found(start.at(end), agrees));
  }
}
