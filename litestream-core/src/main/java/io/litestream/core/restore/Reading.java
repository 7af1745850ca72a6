package io.litestream.core.restore;

import io.litestream.core.replica.SegmentInfo;
import java.io.IOException;
import java.util.Optional;

/**
 * One pass over objects to verify them, from the first to the last. Writes nothing. Workers bring
 * objects ahead; the calling thread joins the chain.
 */
final class Reading implements AutoCloseable {

  private final RestorePlan plan;
  private final ObjectStream objects;
  private int read;

  private Reading(RestorePlan plan, boolean snapshot, int parallelism) {
    this.plan = plan;
    this.objects = new ObjectStream(plan, false, snapshot, Optional.empty(), parallelism);
  }

  /** To read the snapshot of a plan that has nothing else. */
  static Reading ofSnapshot(RestorePlan plan, int parallelism) {
    return new Reading(plan, true, parallelism);
  }

  /** To read the plan's segments: the snapshot's place in it says where the WAL begins. */
  static Reading ofSegments(RestorePlan plan, int parallelism) {
    return new Reading(plan, false, parallelism);
  }

  /** What was found of a snapshot. */
  record Snapshot(int pageSize, boolean checksummed) {}

  Snapshot readSnapshot() throws IOException, InterruptedException {
    ObjectFeed feed = objects.nextSnapshot();
    SnapshotShape shape = new SnapshotShape(plan);
    boolean checksummed = false;
    boolean last = false;
    while (!last) {
      Chunk chunk = objects.take(feed);
      shape.add(chunk);
      checksummed = chunk.checksummed;
      last = chunk.last;
      objects.giveBack(chunk);
    }
    shape.end();
    return new Snapshot(shape.pageSize(), checksummed);
  }

  /** Returns whether nothing can be missing in the chain of the segments. */
  boolean readSegments(int pageSize) throws IOException, InterruptedException {
    WalChain chain = new WalChain(plan, pageSize);
    for (SegmentInfo segment : plan.segments()) {
      ObjectFeed feed = objects.next(segment, pageSize);
      chain.begin(segment);
      boolean last = false;
      while (!last) {
        Chunk chunk = objects.take(feed);
        chain.add(segment, chunk.frames.facts(), chunk.previous);
        last = chunk.last;
        objects.giveBack(chunk);
      }
      read++;
    }
    chain.finish(Optional.empty());
    return chain.isProved();
  }

  /** How many segments have been verified to their end. */
  int read() {
    return read;
  }

  /** Ends the workers, and waits until they are gone. */
  @Override
  public void close() {
    objects.close();
  }
}
