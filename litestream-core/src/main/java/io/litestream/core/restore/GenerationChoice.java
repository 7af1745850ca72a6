package io.litestream.core.restore;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.joining;

import io.litestream.core.position.Position;
import io.litestream.core.restore.RestoreException.Kind;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Decides which generation is restored, and from which replica. */
final class GenerationChoice {

  /**
   * The same generation in two replicas: where the WAL goes further. Times would compare the clocks
   * of two stores.
   */
  private static final Comparator<Candidate> FURTHER =
      comparingInt(Candidate::lastIndex)
          .thenComparingLong(Candidate::lastOffset)
          .thenComparing(Candidate::updatedAt);

  private GenerationChoice() {}

  static Candidate choose(List<Candidate> candidates, RestoreRequest request)
      throws RestoreException {
    return request.timestamp().isPresent()
        ? atTime(candidates, request, request.timestamp().get())
        : newest(candidates, request);
  }

  private static Candidate atTime(List<Candidate> candidates, RestoreRequest request, Instant time)
      throws RestoreException {
    List<Candidate> able = able(candidates, request);
    if (able.isEmpty()) {
      throw tooEarly(candidates, time);
    }
    List<Candidate> containing = able.stream().filter(c -> !c.updatedAt().isBefore(time)).toList();
    // None contains it: the time lies after everything, or between two generations. The state at
    // that time is then the last one before it.
    return latest(containing.isEmpty() ? able : containing);
  }

  private static Candidate newest(List<Candidate> candidates, RestoreRequest request)
      throws RestoreException {
    // An index means something within a generation only: if the newest one does not have it, the
    // same number in an older one is not what was asked for.
    Candidate latest = latest(candidates);
    List<Candidate> same =
        candidates.stream().filter(c -> c.generation().equals(latest.generation())).toList();
    List<Candidate> able = able(same, request);
    if (able.isEmpty()) {
      throw indexGone(same, request.index().orElse(0));
    }
    return first(able, FURTHER);
  }

  private static List<Candidate> able(List<Candidate> candidates, RestoreRequest request) {
    return candidates.stream().filter(c -> c.base(request).isPresent()).toList();
  }

  /** Many stores know the time to the second: of two that end in the same one, the younger. */
  private static Candidate latest(List<Candidate> candidates) {
    return first(candidates, comparing(Candidate::updatedAt).thenComparing(Candidate::startsAt));
  }

  /** The greatest; of equals, the first, so that the order of replicas decides. */
  private static Candidate first(List<Candidate> candidates, Comparator<Candidate> order) {
    Candidate best = candidates.get(0);
    for (Candidate candidate : candidates) {
      if (order.compare(candidate, best) > 0) {
        best = candidate;
      }
    }
    return best;
  }

  private static RestoreException tooEarly(List<Candidate> candidates, Instant time) {
    Candidate oldest = candidates.stream().min(comparing(Candidate::startsAt)).orElseThrow();
    return new RestoreException(
        Kind.NOT_RESTORABLE,
        "cannot restore the state of %s: the oldest snapshot, of generation %s in %s, is from %s"
            .formatted(time, oldest.generation(), oldest.replica(), oldest.startsAt()));
  }

  private static RestoreException indexGone(List<Candidate> candidates, int index) {
    return new RestoreException(
        Kind.NOT_RESTORABLE,
        "cannot restore index %s: there is no snapshot at or before it; the first is %s"
            .formatted(
                Position.indexText(index),
                candidates.stream()
                    .map(
                        c ->
                            "%s of generation %s in %s"
                                .formatted(
                                    Position.indexText(c.snapshots().get(0).index()),
                                    c.generation(),
                                    c.replica()))
                    .collect(joining(", "))));
  }
}
