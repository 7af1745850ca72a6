package io.litestream.cli;

import static java.util.stream.Collectors.joining;

import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.LtxPlan;
import io.litestream.core.restore.LtxRestoreRequest;
import io.litestream.core.restore.LtxRestorer;
import io.litestream.core.restore.RestoreException;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out which line of Litestream has written a replica, and so how to restore from it. A
 * replica can hold the generations of v0.3 and the LTX files of v0.5 side by side, after a change
 * from one to the other: then the newest data counts, at or before the wanted time.
 *
 * @param request what is wanted, in the words of v0.3
 * @param txId what is wanted, in the words of v0.5
 */
record RestoreChoice(OpenReplicas open, RestoreRequest request, Optional<TxId> txId) {

  PlannedRestore plan() throws IOException {
    List<LtxReader> ltx = new ArrayList<>();
    for (LtxReader reader : open.ltxReaders()) {
      if (reader.hasLevels()) {
        ltx.add(reader);
      }
    }
    if (txId.isPresent()) {
      requireLtx(ltx);
      return ofLtx(LtxRestorer.plan(ltx, ltxRequest()));
    }
    if (ltx.isEmpty()) {
      return ofGeneration(Restorer.plan(open.readers(), request));
    }
    if (request.generation().isPresent() || request.index().isPresent()) {
      return ofGeneration(planOfGeneration(ltx));
    }
    return newest(ltx);
  }

  private void requireLtx(List<LtxReader> ltx) throws IOException {
    if (ltx.isEmpty() && hasGenerations()) {
      throw new CommandException(
          "-txid is for replicas that Litestream v0.5 has written, and this one holds generations: use -index or -timestamp");
    }
    if (ltx.isEmpty()) {
      // Says that there is nothing, as for a replica of the other line.
      Restorer.plan(open.readers(), request);
    }
  }

  private RestorePlan planOfGeneration(List<LtxReader> ltx) throws IOException {
    if (!hasGenerations()) {
      throw new CommandException(
          "-generation and -index are for replicas that Litestream v0.3 or this program has written, and replica '%s' holds what v0.5 has written: use -txid or -timestamp"
              .formatted(ltx.stream().map(LtxReader::name).collect(joining("', '"))));
    }
    return Restorer.plan(open.readers(), request);
  }

  private boolean hasGenerations() throws IOException {
    for (ReplicaReader reader : open.readers()) {
      if (!reader.generations().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private PlannedRestore newest(List<LtxReader> ltx) throws IOException {
    if (!hasGenerations()) {
      return ofLtx(LtxRestorer.plan(ltx, ltxRequest()));
    }
    LtxPlan files;
    try {
      files = LtxRestorer.plan(ltx, ltxRequest());
    } catch (RestoreException e) {
      if (isThere(e)) {
        throw e;
      }
      return ofGeneration(Restorer.plan(open.readers(), request));
    }
    try {
      RestorePlan generation = Restorer.plan(open.readers(), request);
      return files.isAtLeastAsNewAs(generation) ? ofLtx(files) : ofGeneration(generation);
    } catch (RestoreException e) {
      if (isThere(e)) {
        throw e;
      }
      return ofLtx(files);
    }
  }

  /** Whether there is something that may be newer than what the other line holds. */
  private static boolean isThere(RestoreException e) {
    return e.kind() != Kind.NO_REPLICA_DATA && e.kind() != Kind.NOT_RESTORABLE;
  }

  private LtxRestoreRequest ltxRequest() {
    return new LtxRestoreRequest(
        request.output(),
        txId,
        request.timestamp(),
        request.parallelism(),
        request.integrityCheck());
  }

  private PlannedRestore ofLtx(LtxPlan plan) {
    return new PlannedRestore.OfLtx(plan, ltxRequest());
  }

  private PlannedRestore ofGeneration(RestorePlan plan) {
    return new PlannedRestore.OfGeneration(plan, request);
  }
}
