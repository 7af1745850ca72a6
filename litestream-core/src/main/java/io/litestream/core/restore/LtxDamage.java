package io.litestream.core.restore;

import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.restore.RestoreException.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Words for what is wrong with LTX files, and for what can still be had from the others. */
final class LtxDamage {

  private LtxDamage() {}

  /** A file that cannot be what it should be. */
  static RestoreException of(LtxPlan plan, LtxFile file, String what, @Nullable Throwable cause) {
    String finding = file.key() + " " + what;
    return new RestoreException(
        Kind.DAMAGED,
        "cannot restore from %s: %s; %s"
            .formatted(plan.replica(), finding, advice(before(plan, file))),
        finding,
        cause);
  }

  /** All files are whole, and yet the database is not. */
  static RestoreException ofDatabase(LtxPlan plan, String what) {
    return new RestoreException(
        Kind.DAMAGED,
        "cannot restore from %s: %s; %s"
            .formatted(plan.replica(), what, advice(before(plan, plan.files().get(0)))));
  }

  private static Optional<TxId> before(LtxPlan plan, LtxFile file) {
    int index = plan.files().indexOf(file);
    return index <= 0 ? plan.earlier() : Optional.of(plan.files().get(index - 1).last());
  }

  private static String advice(Optional<TxId> before) {
    return before
        .map(id -> "-txid %s restores the state before it".formatted(id))
        .orElse("nothing before it is left in this replica");
  }
}
