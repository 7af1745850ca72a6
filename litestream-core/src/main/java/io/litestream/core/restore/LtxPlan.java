package io.litestream.core.restore;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;

import io.litestream.core.layout.LtxLayout;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.RestoreException.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which LTX files a restore applies, in which order: first one that holds the whole database, then
 * each one that goes on from there. No transaction is missing between them; one may be in two.
 *
 * @param replica where they are
 * @param files at least one
 * @param earlier the newest state before the first file's that can be begun with as well
 * @param updatedAt when the last file was written; of a plan up to a time: when its last
 *     transaction was made
 */
public record LtxPlan(
    LtxReader replica, List<LtxFile> files, Optional<TxId> earlier, Instant updatedAt) {

  /** Of those that go on from a state: the one that leads furthest, and the most compacted. */
  private static final Comparator<LtxFile> BEST_FIRST =
      comparing(LtxFile::last, reverseOrder())
          .thenComparing(LtxFile::first)
          .thenComparing(comparingInt(LtxFile::level).reversed());

  public LtxPlan {
    requireNonNull(replica, "replica");
    files = List.copyOf(files);
    requireNonNull(earlier, "earlier");
    requireNonNull(updatedAt, "updatedAt");
  }

  /** The last transaction. */
  public TxId last() {
    return files.get(files.size() - 1).last();
  }

  /** Compressed bytes of all files. */
  public long totalBytes() {
    return files.stream().mapToLong(LtxFile::size).sum();
  }

  /** Whether this restores data that is at least as new as the other plan's, of v0.3. */
  public boolean isAtLeastAsNewAs(RestorePlan other) {
    Instant newest =
        Stream.concat(
                Stream.of(other.snapshot().createdAt()),
                other.segments().stream().map(segment -> segment.createdAt()))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return !updatedAt.isBefore(newest);
  }

  /**
   * Chooses among what was listed: the newest snapshot that is not after the wanted point; from
   * there, again and again, of the files that go on without a gap the one that leads furthest.
   *
   * @param all of every level, at least one
   * @param timeOf when a file's last transaction was made; asked only where a timestamp makes it
   *     matter, for it costs a request
   * @throws RestoreException {@code NOT_RESTORABLE} or {@code DAMAGED}
   */
  static LtxPlan compute(
      LtxReader replica,
      List<LtxFile> all,
      LtxRestoreRequest request,
      Function<LtxFile, Instant> timeOf)
      throws RestoreException {
    Search search = new Search(replica, all, request.txId(), request.timestamp(), timeOf);
    List<LtxFile> files = search.from(0);
    search.requireEnd(files.isEmpty() ? 0 : files.get(files.size() - 1).last().number());
    LtxFile last = files.get(files.size() - 1);
    return new LtxPlan(
        replica,
        files,
        search.wholeBefore(files.get(0)),
        request.timestamp().isPresent() ? timeOf.apply(last) : last.createdAt());
  }

  /**
   * The rest of a plan whose files have been compacted away meanwhile.
   *
   * @param all as they are listed now
   * @param done the last transaction that has been applied, or 0
   */
  LtxPlan rest(List<LtxFile> all, long done) throws RestoreException {
    Search search =
        new Search(replica, all, Optional.of(last()), Optional.empty(), LtxFile::createdAt);
    List<LtxFile> files = search.from(done);
    search.requireEnd(files.isEmpty() ? done : files.get(files.size() - 1).last().number());
    return new LtxPlan(replica, files, earlier, updatedAt);
  }

  /** One search for the way from a state to the wanted one. Numbers of transactions begin at 1. */
  private record Search(
      LtxReader replica,
      List<LtxFile> all,
      Optional<TxId> txId,
      Optional<Instant> timestamp,
      Function<LtxFile, Instant> timeOf) {

    List<LtxFile> from(long done) {
      List<LtxFile> way = new ArrayList<>();
      long reached = done;
      Optional<LtxFile> next =
          done == 0
              ? first(
                  file -> file.level() == LtxLayout.SNAPSHOT_LEVEL && file.first().number() == 1)
              : Optional.empty();
      while (true) {
        if (next.isPresent()) {
          way.add(next.get());
          reached = next.get().last().number();
        }
        long at = reached;
        next = first(file -> file.first().number() <= at + 1 && file.last().number() > at);
        if (next.isEmpty()) {
          return way;
        }
      }
    }

    private Optional<LtxFile> first(Predicate<LtxFile> condition) {
      return all.stream()
          .filter(condition)
          .filter(file -> txId.filter(id -> file.last().compareTo(id) > 0).isEmpty())
          .sorted(BEST_FIRST)
          .filter(file -> !isLate(file))
          .findFirst();
    }

    private boolean isLate(LtxFile file) {
      return timestamp.isPresent() && timeOf.apply(file).isAfter(timestamp.get());
    }

    void requireEnd(long reached) throws RestoreException {
      if (txId.isPresent() && txId.get().number() == reached) {
        return;
      }
      Optional<LtxFile> beyond =
          all.stream()
              .filter(file -> file.first().number() > reached + 1)
              .min(comparing(LtxFile::first));
      boolean covered =
          all.stream()
              .anyMatch(f -> f.first().number() <= reached + 1 && f.last().number() > reached);
      boolean wanted =
          beyond.isPresent()
              && txId.filter(id -> beyond.get().first().compareTo(id) > 0).isEmpty()
              && !isLate(beyond.get());
      if (wanted && !covered) {
        throw gap(reached, beyond.get());
      }
      if (txId.isPresent()) {
        throw notThere(txId.get(), reached);
      }
      if (reached == 0) {
        throw tooEarly();
      }
    }

    private RestoreException gap(long reached, LtxFile beyond) {
      String missing =
          "transactions %s to %s are missing before %s"
              .formatted(
                  new TxId(reached + 1), new TxId(beyond.first().number() - 1), beyond.key());
      return new RestoreException(
          Kind.DAMAGED,
          "cannot restore from %s: %s; %s"
              .formatted(
                  replica,
                  missing,
                  reached == 0
                      ? "no whole database is left in it"
                      : "-txid %s restores the state before them".formatted(new TxId(reached))));
    }

    private RestoreException notThere(TxId id, long reached) {
      TxId newest = all.stream().map(LtxFile::last).max(TxId::compareTo).orElseThrow();
      if (id.compareTo(newest) > 0) {
        return notRestorable(
            "cannot restore transaction %s from %s: the newest one is %s"
                .formatted(id, replica, newest));
      }
      Optional<TxId> after =
          all.stream().map(LtxFile::last).filter(t -> t.compareTo(id) > 0).min(TxId::compareTo);
      return notRestorable(
          "cannot restore transaction %s from %s: it has been compacted with others; %s"
              .formatted(
                  id,
                  replica,
                  Stream.concat(
                          reached == 0 ? Stream.empty() : Stream.of(new TxId(reached)),
                          after.stream())
                      .map(TxId::toString)
                      .reduce((a, b) -> "the nearest ones are " + a + " and " + b)
                      .map(text -> text.length() > 16 ? text : "the nearest one is " + text)
                      .orElse("nothing is left before it")));
    }

    private RestoreException tooEarly() {
      Instant time = timestamp.orElseThrow();
      LtxFile oldest =
          all.stream()
              .filter(file -> file.first().number() == 1)
              .min(comparing(LtxFile::last))
              .orElse(all.get(0));
      return notRestorable(
          "cannot restore the state of %s from %s: the oldest one is of %s, transaction %s"
              .formatted(time, replica, timeOf.apply(oldest), oldest.last()));
    }

    private static RestoreException notRestorable(String message) {
      return new RestoreException(Kind.NOT_RESTORABLE, message);
    }

    Optional<TxId> wholeBefore(LtxFile base) {
      return all.stream()
          .filter(file -> file.first().number() == 1 && file.last().compareTo(base.last()) < 0)
          .map(LtxFile::last)
          .max(TxId::compareTo);
    }
  }
}
