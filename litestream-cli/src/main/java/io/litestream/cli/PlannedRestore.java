package io.litestream.cli;

import io.litestream.core.restore.LtxPlan;
import io.litestream.core.restore.LtxRestoreRequest;
import io.litestream.core.restore.LtxRestorer;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import java.io.IOException;

/** A restore that is ready to begin, from what either line of Litestream has written. */
interface PlannedRestore {

  /** Tells what would be done. */
  void describe(RestoreReport report) throws IOException;

  /** Tells that it begins. */
  void announce(RestoreReport report);

  /** Does it, and gives what tells of the result. */
  Result run(RestoreProgress progress) throws IOException, InterruptedException;

  /** What has been done. */
  @FunctionalInterface
  interface Result {
    void tell(RestoreReport report) throws IOException;
  }

  /** From generations, as v0.3 and this project write them. */
  record OfGeneration(RestorePlan plan, RestoreRequest request) implements PlannedRestore {

    @Override
    public void describe(RestoreReport report) throws IOException {
      report.planned(plan);
    }

    @Override
    public void announce(RestoreReport report) {
      report.begins(plan);
    }

    @Override
    public Result run(RestoreProgress progress) throws IOException, InterruptedException {
      var result = Restorer.restore(plan, request, progress);
      return report -> report.restored(result);
    }
  }

  /** From LTX files, as v0.5 writes them. */
  record OfLtx(LtxPlan plan, LtxRestoreRequest request) implements PlannedRestore {

    @Override
    public void describe(RestoreReport report) throws IOException {
      report.planned(plan);
    }

    @Override
    public void announce(RestoreReport report) {
      report.begins(plan);
    }

    @Override
    public Result run(RestoreProgress progress) throws IOException, InterruptedException {
      var result = LtxRestorer.restore(plan, request, progress);
      return report -> report.restored(result);
    }
  }
}
