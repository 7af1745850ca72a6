package io.litestream.core.restore;

import java.util.Optional;

/** Whether what a snapshot holds is a database, chunk by chunk. Used by one thread. */
final class SnapshotShape {

  private final RestorePlan plan;
  private int pageSize;
  private long bytes;

  SnapshotShape(RestorePlan plan) {
    this.plan = plan;
  }

  /** What the first bytes of the plan's snapshot say. */
  static DatabaseHeader header(RestorePlan plan, byte[] first, int length) throws RestoreException {
    Optional<DatabaseHeader> header = DatabaseHeader.parse(first, length);
    if (header.isEmpty()) {
      throw Damage.snapshot(plan, "holds no SQLite database");
    }
    return header.get();
  }

  /** Takes the next chunk. */
  void add(Chunk chunk) throws RestoreException {
    if (bytes == 0) {
      pageSize = header(plan, chunk.bytes, chunk.length).pageSize();
    }
    bytes += chunk.length;
  }

  /** There are no more chunks. */
  void end() throws RestoreException {
    if (bytes % pageSize != 0) {
      throw Damage.snapshot(
          plan,
          "holds %d bytes, not a whole number of pages of %d bytes".formatted(bytes, pageSize));
    }
  }

  /** Known with the first chunk; in bytes. */
  int pageSize() {
    return pageSize;
  }

  /** How many bytes there were up to now. */
  long bytes() {
    return bytes;
  }
}
