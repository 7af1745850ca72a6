package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** Notes when each segment appears in a replica, in a thread of its own. */
final class Arrivals implements AutoCloseable {

  private static final long LOOK_MILLIS = 3;

  /** The last commit of a segment, and when that was there, by {@link System#nanoTime}. */
  private record Arrival(long commit, long at) {}

  private final ReplicaDirectory replica;
  private final Map<Path, Long> seen = new ConcurrentHashMap<>();
  private final Map<Path, Long> commits = new LinkedHashMap<>();
  private final Thread thread = new Thread(this::watch, "arrivals");
  private volatile boolean ended;
  private volatile String failure = "";

  private Arrivals(ReplicaDirectory replica) {
    this.replica = replica;
  }

  /** Of the segments that come from now on, and of those that are there. */
  static Arrivals watch(ReplicaDirectory replica) {
    var arrivals = new Arrivals(replica);
    arrivals.thread.setDaemon(true);
    arrivals.thread.start();
    return arrivals;
  }

  private void watch() {
    try {
      while (!ended) {
        for (Path segment : replica.objects("wal")) {
          seen.putIfAbsent(segment, System.nanoTime());
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (IOException e) {
      failure = e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until a commit is there, and tells since when, by {@link System#nanoTime}. */
  long await(long commit, Duration limit) throws IOException, InterruptedException {
    long began = System.nanoTime();
    OptionalLong at = arrival(commit);
    while (at.isEmpty()) {
      if (!failure.isEmpty() || System.nanoTime() - began > limit.toNanos()) {
        throw new IllegalStateException("commit " + commit + " has not arrived " + failure);
      }
      Thread.sleep(50);
      at = arrival(commit);
    }
    return at.getAsLong();
  }

  private OptionalLong arrival(long commit) throws IOException {
    return inOrder().stream()
        .filter(arrival -> arrival.commit() >= commit)
        .mapToLong(Arrival::at)
        .findFirst();
  }

  /**
   * When each of the commits was there. All of them have arrived.
   *
   * @param last the last one's number; the first one's is 1
   */
  List<Long> times(long last) throws IOException {
    List<Arrival> arrivals = inOrder();
    List<Long> times = new ArrayList<>();
    int next = 0;
    for (long commit = 1; commit <= last; commit++) {
      while (arrivals.get(next).commit() < commit) {
        next++;
      }
      times.add(arrivals.get(next).at());
    }
    return times;
  }

  private List<Arrival> inOrder() throws IOException {
    List<Arrival> arrivals = new ArrayList<>();
    for (Map.Entry<Path, Long> each : Map.copyOf(seen).entrySet()) {
      Long commit = commits.get(each.getKey());
      if (commit == null) {
        commit = Marks.last(each.getKey());
        commits.put(each.getKey(), commit);
      }
      arrivals.add(new Arrival(commit, each.getValue()));
    }
    arrivals.sort((a, b) -> Long.compare(a.at(), b.at()));
    return arrivals;
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
