package io.litestream.core.restore;

import static java.util.stream.Collectors.joining;

import io.litestream.core.ltx.LtxFormatException;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores a database from a replica that Litestream v0.5 has written. Either the finished,
 * verified database is at its path afterwards, or an exception tells why not and nothing is there
 * that was not there before.
 */
public final class LtxRestorer {

  /** How often files are listed while some of them disappear. */
  private static final int ATTEMPTS = 3;

  private LtxRestorer() {}

  /**
   * Lists and decides; writes nothing. Reads nothing but, for a timestamp, the first bytes of the
   * files that it may take: only these say when a transaction was made.
   *
   * @param replicas in the user's order, which decides between equals
   * @throws RestoreException if there is nothing to restore, or not what was asked for, or it is
   *     plain from the listing that transactions are missing, or the target is in the way
   * @throws io.litestream.spi.ReplicaException if one of the replicas cannot be read
   */
  public static LtxPlan plan(List<LtxReader> replicas, LtxRestoreRequest request)
      throws IOException {
    Target.requireAbsent(request.output());
    List<LtxPlan> plans = new ArrayList<>();
    List<RestoreException> refused = new ArrayList<>();
    for (LtxReader replica : replicas) {
      try {
        listed(replica, request).ifPresent(plans::add);
      } catch (RestoreException e) {
        if (e.kind() != Kind.NOT_RESTORABLE) {
          throw e;
        }
        refused.add(e);
      }
    }
    if (!plans.isEmpty()) {
      return plans.stream().reduce((a, b) -> b.last().compareTo(a.last()) > 0 ? b : a).get();
    }
    if (!refused.isEmpty()) {
      throw refused.get(0);
    }
    throw new RestoreException(
        Kind.NO_REPLICA_DATA,
        "nothing to restore: there is no LTX file in "
            + replicas.stream().map(LtxReader::toString).collect(joining(", ")));
  }

  private static Optional<LtxPlan> listed(LtxReader replica, LtxRestoreRequest request)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      List<LtxFile> files = replica.files();
      if (files.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(compute(replica, files, request));
      } catch (NoSuchObjectException e) {
        // Compacted and removed between the listing and the look at its time.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static LtxPlan compute(LtxReader replica, List<LtxFile> files, LtxRestoreRequest request)
      throws IOException {
    Map<LtxFile, Instant> times = new HashMap<>();
    try {
      return LtxPlan.compute(
          replica, files, request, file -> times.computeIfAbsent(file, f -> time(replica, f)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Instant time(LtxReader replica, LtxFile file) {
    try {
      return replica.timeOf(file);
    } catch (LtxFormatException e) {
      throw new UncheckedIOException(
          new RestoreException(
              Kind.DAMAGED,
              "cannot tell from %s what there was at that time: %s %s"
                  .formatted(replica, file.key(), e.getMessage()),
              e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Carries out a plan. Uses up to {@link LtxRestoreRequest#parallelism()} threads, all of which
   * have ended when it returns, and a bounded amount of memory whatever the database's size.
   *
   * @param progress called by the calling thread
   * @throws RestoreException if files are damaged or missing, or the target cannot be written
   * @throws io.litestream.spi.ReplicaException if the replica cannot be read
   * @throws InterruptedException if the calling thread was interrupted
   */
  public static LtxRestoreResult restore(
      LtxPlan plan, LtxRestoreRequest request, RestoreProgress progress)
      throws IOException, InterruptedException {
    return new LtxRestoration(plan, request, progress).run();
  }
}
