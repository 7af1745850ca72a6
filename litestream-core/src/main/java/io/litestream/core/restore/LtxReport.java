package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.TxId;
import java.time.Instant;
import java.util.List;

/**
 * What reading all LTX files of a replica has shown.
 *
 * @param snapshots how many files of the snapshots' level there are
 * @param files how many others there are
 * @param bytes of all of them, compressed
 * @param stretches from when to when the database can be restored, in order; none if it cannot be
 * @param damages each with its file; none if all is well
 */
public record LtxReport(
    int snapshots, int files, long bytes, List<Stretch> stretches, List<String> damages) {

  public LtxReport {
    stretches = List.copyOf(stretches);
    damages = List.copyOf(damages);
  }

  /**
   * Transactions of which none is missing. Those that were compacted with others can be restored
   * with these only.
   *
   * @param first the first one that can be restored: the state of the whole database to begin with
   * @param last the last one
   * @param from when that state was there, by the clock of the machine that wrote it
   * @param to when the last one was made
   */
  public record Stretch(TxId first, TxId last, Instant from, Instant to) {

    public Stretch {
      requireNonNull(first, "first");
      requireNonNull(last, "last");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }
}
