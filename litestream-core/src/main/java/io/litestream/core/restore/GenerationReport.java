package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.time.Instant;
import java.util.List;

/**
 * What reading all of a generation has shown.
 *
 * @param snapshots how many there are
 * @param segments how many there are
 * @param bytes of all of them, compressed
 * @param stretches from when to when it can be restored, in order; none if it cannot be
 * @param damages each with its object; none if all is well
 * @param proved whether it is certain that nothing is missing at the end of an index, other than
 *     the last one. The peer writes nothing that would prove it.
 */
public record GenerationReport(
    Generation generation,
    int snapshots,
    int segments,
    long bytes,
    List<Stretch> stretches,
    List<String> damages,
    boolean proved) {

  public GenerationReport {
    requireNonNull(generation, "generation");
    stretches = List.copyOf(stretches);
    damages = List.copyOf(damages);
  }

  /**
   * A time each moment of which can be restored, as far as the replica has it.
   *
   * @param from when the snapshot was written that it begins with
   * @param to when the last segment was written
   * @param end where that segment begins, or where the snapshot stands if there is none
   */
  public record Stretch(Instant from, Instant to, Position end) {

    public Stretch {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(end, "end");
    }
  }
}
