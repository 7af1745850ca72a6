package io.litestream.core.restore;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import io.litestream.core.layout.LtxLayout;
import io.litestream.core.ltx.LtxFormatException;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.LtxReport.Stretch;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads every LTX file of a replica, of all levels, and keeps nothing: each one's checksum, that it
 * holds what its name says, that a whole database has all of its pages, that each file continues
 * those before it; then whether any transaction is missing. Goes on behind each damage, so that
 * each is named. Used once, by one thread.
 */
public final class LtxVerifier {

  /** How often a file whose bytes broke off is opened again. */
  private static final int REOPENINGS = 2;

  private final LtxReader replica;
  private final int parallelism;
  private final List<LtxFile> files = new ArrayList<>();
  private final List<LtxFileCheck> sound = new ArrayList<>();
  private final List<String> damages = new ArrayList<>();

  private LtxVerifier(LtxReader replica, int parallelism) {
    this.replica = requireNonNull(replica, "replica");
    this.parallelism = parallelism;
  }

  /**
   * Verifies all files of a replica.
   *
   * @param parallelism how many files are read at once, from 1
   * @throws io.litestream.spi.ReplicaException if the replica cannot be read; damage is no
   *     exception
   */
  public static LtxReport verify(LtxReader replica, int parallelism)
      throws IOException, InterruptedException {
    return new LtxVerifier(replica, parallelism).run();
  }

  /** A file that is still there: what its content has shown, or how it is damaged. */
  private record Finding(LtxFile file, Optional<LtxFileCheck> check, Optional<String> damage) {}

  private LtxReport run() throws IOException, InterruptedException {
    for (Optional<Finding> read : readAll(replica.files())) {
      read.ifPresent(this::add);
    }
    compareNeighbours();
    List<Stretch> stretches = stretches();
    for (int i = 0; i < stretches.size(); i++) {
      Optional<Stretch> next =
          i + 1 < stretches.size() ? Optional.of(stretches.get(i + 1)) : Optional.empty();
      gap(stretches.get(i), next).ifPresent(damages::add);
    }
    int snapshots =
        (int) files.stream().filter(file -> file.level() == LtxLayout.SNAPSHOT_LEVEL).count();
    return new LtxReport(
        snapshots,
        files.size() - snapshots,
        files.stream().mapToLong(LtxFile::size).sum(),
        stretches,
        damages);
  }

  private void add(Finding finding) {
    files.add(finding.file());
    finding
        .damage()
        .or(() -> finding.check().flatMap(LtxFileCheck::damage))
        .ifPresentOrElse(
            damage -> damages.add(finding.file().key() + " " + damage),
            () -> finding.check().ifPresent(sound::add));
  }

  /** Gives the findings in the order of the files; empty for what is gone by now. */
  private List<Optional<Finding>> readAll(List<LtxFile> listed)
      throws IOException, InterruptedException {
    List<FutureTask<Optional<Finding>>> tasks =
        listed.stream().map(file -> new FutureTask<>(() -> read(file))).toList();
    List<Optional<Finding>> findings = new ArrayList<>();
    try (Workers workers = new Workers(Math.max(1, Math.min(parallelism, listed.size())))) {
      tasks.forEach(workers::execute);
      for (FutureTask<Optional<Finding>> task : tasks) {
        findings.add(task.get());
      }
      return findings;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("cannot verify " + replica, e.getCause());
    }
  }

  private Optional<Finding> read(LtxFile file) throws IOException {
    for (int reopenings = 0; ; reopenings++) {
      try (InputStream in = replica.open(file)) {
        return Optional.of(
            new Finding(file, Optional.of(LtxFileCheck.read(file, in)), Optional.empty()));
      } catch (LtxFormatException e) {
        return Optional.of(
            new Finding(file, Optional.empty(), Optional.ofNullable(e.getMessage())));
      } catch (NoSuchObjectException e) {
        // Compacted with others, which hold the same, and removed.
        return Optional.empty();
      } catch (IOException e) {
        if (reopenings == REOPENINGS) {
          throw e;
        }
      }
    }
  }

  /** Compares each file with one that ends just before it, which is where a restore comes from. */
  private void compareNeighbours() {
    Map<TxId, LtxFileCheck> endings = new HashMap<>();
    sound.forEach(check -> endings.put(check.file().last(), check));
    List<LtxFileCheck> refuted = new ArrayList<>();
    for (LtxFileCheck check : sound) {
      long before = check.file().first().number() - 1;
      LtxFileCheck neighbour = before > 0 ? endings.get(new TxId(before)) : null;
      if (neighbour != null) {
        Optional<String> damage = check.continuing(neighbour);
        damage.ifPresent(
            what -> {
              damages.add(check.file().key() + " " + what);
              refuted.add(check);
            });
      }
    }
    sound.removeAll(refuted);
  }

  /** From each whole database as far as transactions follow; those that end alike are one. */
  private List<Stretch> stretches() {
    List<LtxFileCheck> whole =
        sound.stream()
            .filter(LtxFileCheck::isWhole)
            .sorted(comparing(check -> check.file().last()))
            .toList();
    List<LtxFileCheck> changes =
        sound.stream()
            .filter(check -> !check.isWhole())
            .sorted(comparing(check -> check.file().first()))
            .toList();
    List<Stretch> stretches = new ArrayList<>();
    for (LtxFileCheck base : whole) {
      LtxFileCheck end = reach(base, changes);
      int last = stretches.size() - 1;
      if (last < 0 || !stretches.get(last).last().equals(end.file().last())) {
        Instant from = base.header().time();
        Instant to = end.header().time();
        stretches.add(
            new Stretch(base.file().last(), end.file().last(), from, to.isAfter(from) ? to : from));
      }
    }
    return stretches;
  }

  /**
   * @param changes sorted by their first transaction
   */
  private static LtxFileCheck reach(LtxFileCheck base, List<LtxFileCheck> changes) {
    LtxFileCheck reached = base;
    for (LtxFileCheck change : changes) {
      if (change.file().first().number() > reached.file().last().number() + 1) {
        return reached;
      }
      if (change.file().last().compareTo(reached.file().last()) > 0) {
        reached = change;
      }
    }
    return reached;
  }

  /** Transactions behind a stretch of which no file is there, damaged or not. */
  private Optional<String> gap(Stretch stretch, Optional<Stretch> following) {
    long from = stretch.last().number() + 1;
    List<LtxFile> behind =
        files.stream()
            .filter(file -> file.first().number() > 1 && file.last().number() >= from)
            .toList();
    if (behind.stream().anyMatch(file -> file.first().number() <= from)) {
      return Optional.empty();
    }
    Optional<LtxFile> next = behind.stream().min(comparing(LtxFile::first));
    long end =
        Math.min(
            next.map(file -> file.first().number() - 1).orElse(Long.MAX_VALUE),
            following.map(s -> s.first().number()).orElse(Long.MAX_VALUE));
    return end == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(
            "transactions %s to %s are missing%s"
                .formatted(
                    new TxId(from),
                    new TxId(end),
                    next.map(file -> " before " + file.key()).orElse("")));
  }
}
