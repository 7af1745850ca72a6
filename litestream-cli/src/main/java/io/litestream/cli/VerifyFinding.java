package io.litestream.cli;

import static java.util.Objects.requireNonNull;

import io.litestream.core.restore.GenerationReport;
import io.litestream.core.restore.LtxReport;
import java.time.Instant;
import java.time.temporal.TemporalUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code verify} has found about one generation of a replica, or about all of its LTX files.
 *
 * @param generation its name, or {@link #LTX}
 * @param segments WAL segments, or LTX files that are no snapshots
 * @param proved whether it is certain that nothing is missing but at the very end
 * @param restorable from when to when, in order
 * @param transactions the same in transactions of LTX files, first and last; else none
 * @param damages each with its object
 */
record VerifyFinding(
    String replica,
    String generation,
    int snapshots,
    int segments,
    long bytes,
    boolean proved,
    List<Times> restorable,
    List<String> transactions,
    List<String> damages) {

  /** Stands where a generation has its name. */
  static final String LTX = "ltx";

  VerifyFinding {
    requireNonNull(replica, "replica");
    restorable = List.copyOf(restorable);
    transactions = List.copyOf(transactions);
    damages = List.copyOf(damages);
  }

  /** Each moment between the two can be restored, as far as the replica has it. */
  record Times(Instant from, Instant to) {}

  static VerifyFinding of(String replica, GenerationReport report) {
    return new VerifyFinding(
        replica,
        report.generation().name(),
        report.snapshots(),
        report.segments(),
        report.bytes(),
        report.proved(),
        report.stretches().stream().map(s -> new Times(s.from(), s.to())).toList(),
        List.of(),
        report.damages());
  }

  /** Transactions are numbered without gaps, so that none is missing between two is proved. */
  static VerifyFinding of(String replica, LtxReport report) {
    return new VerifyFinding(
        replica,
        LTX,
        report.snapshots(),
        report.files(),
        report.bytes(),
        true,
        report.stretches().stream().map(s -> new Times(s.from(), s.to())).toList(),
        report.stretches().stream().map(s -> s.first() + "/" + s.last()).toList(),
        report.damages());
  }

  VerifyFinding with(String damage) {
    List<String> more = new ArrayList<>(damages);
    more.add(damage);
    return new VerifyFinding(
        replica, generation, snapshots, segments, bytes, proved, restorable, transactions, more);
  }

  boolean isDamaged() {
    return !damages.isEmpty();
  }

  boolean isRestorable() {
    return !restorable.isEmpty();
  }

  String state() {
    if (isDamaged()) {
      return "damaged";
    }
    if (!isRestorable()) {
      return "no snapshot";
    }
    return proved ? "proved" : "sound";
  }

  /** The restorable times as text. */
  List<String> times(TemporalUnit precision) {
    return restorable.stream()
        .map(times -> times.from().truncatedTo(precision) + "/" + times.to().truncatedTo(precision))
        .toList();
  }
}
