package io.litestream.cli.demo;

import io.litestream.cli.config.GoDuration;
import io.litestream.cli.output.ByteCount;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.RestoreResult;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The demo: what happens, in which order, and the words for it. */
public final class Demo {

  private static final Duration WRITING = Duration.ofSeconds(3);
  private static final Duration PAUSE_BETWEEN_ORDERS = Duration.ofMillis(4);
  private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PrintStream out;
  private final Clock clock;
  private final boolean keep;

  /**
   * @param keep leaves the directory in place, for a look at it
   */
  public Demo(PrintStream out, Clock clock, boolean keep) {
    this.out = out;
    this.clock = clock;
    this.keep = keep;
  }

  /**
   * Runs it.
   *
   * @return whether what was restored equals what was lost
   */
  public boolean run() throws IOException, InterruptedException {
    Workshop workshop = Workshop.create();
    try {
      return run(workshop);
    } finally {
      if (keep) {
        say("The files are in %s.", workshop.directory());
      } else {
        workshop.delete();
      }
    }
  }

  private boolean run(Workshop workshop) throws IOException, InterruptedException {
    say(
        "A disaster and the recovery from it, in %s. Nothing leaves this machine.",
        workshop.directory());
    say("");
    say("1. An application creates its database, app.db, and takes orders.");
    String url = workshop.replica().toUri().toString().replaceFirst("^file:/+", "file:///");
    ReplicaOptions fromUrl = ReplicaOptions.of(url);
    ReplicaOptions replica =
        new ReplicaOptions(fromUrl.name(), fromUrl.type(), fromUrl.settings(), SYNC_INTERVAL);
    try (Litestream litestream = Litestream.start();
        Shop shop = Shop.open(workshop.database())) {
      say(
          "2. Litestream replicates it to another place, here the directory %s.",
          workshop.replica());
      say("");
      Replication replication =
          litestream.replicate(DatabaseOptions.of(workshop.database(), replica));
      int orders = takeOrders(shop, replication);
      long start = System.nanoTime();
      replication.sync(PATIENCE);
      say("");
      say(
          "   %d orders, one transaction each. %s after the last one, all were in the replica.",
          orders, since(start));
    }

    workshop.copyDatabase();
    long lost = workshop.destroyDatabase();
    say(
        "3. Disaster: app.db is deleted, with its WAL and all that Litestream kept beside it (%s).",
        ByteCount.text(lost));
    say("   What is left is the replica: %s.", ByteCount.text(Workshop.size(workshop.replica())));

    RestoreResult restored = restore(workshop, replica);
    say(
        "4. Restored from the replica in %s: app.db, %s, up to %s.",
        GoDuration.format(GoDuration.truncate(restored.elapsed())),
        ByteCount.text(restored.databaseBytes()),
        restored.position());

    Comparison comparison = Comparison.of(workshop.copy(), workshop.database());
    say(
        "5. Compared with a copy made just before the disaster: %d of %d rows are equal, and %d of %d pages.",
        comparison.equalRows(), comparison.rows(), comparison.equalPages(), comparison.pages());
    say("");
    if (!comparison.isEqual()) {
      say("SOMETHING DIFFERS. That must not happen: please report it, with this output.");
      return false;
    }
    say("Nothing was lost. Now with a database of yours:");
    say("");
    say("   ./litestream replicate app.db file:///backups/app");
    say("   ./litestream restore -o restored.db file:///backups/app");
    return true;
  }

  private int takeOrders(Shop shop, Replication replication)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    long nextReport = start + TimeUnit.SECONDS.toNanos(1);
    int orders = 0;
    while (System.nanoTime() - start < WRITING.toNanos()) {
      shop.sell();
      orders++;
      // The pace of an application with users, not of a benchmark.
      TimeUnit.NANOSECONDS.sleep(PAUSE_BETWEEN_ORDERS.toNanos());
      if (System.nanoTime() >= nextReport) {
        nextReport += TimeUnit.SECONDS.toNanos(1);
        report(orders, replication.status());
      }
    }
    return orders;
  }

  private void report(int orders, DatabaseStatus status) {
    Instant now = clock.instant();
    for (DatabaseStatus.Replica replica : status.replicas()) {
      String freshness =
          replica
              .lastSync()
              .map(at -> GoDuration.format(GoDuration.truncate(Duration.between(at, now))))
              .map(age -> age + " ago, the replica held all of them")
              .orElse("the replica is being filled");
      say(
          "   %4d orders taken; %s%s",
          orders, freshness, replica.error().map(error -> " (" + error + ")").orElse(""));
    }
  }

  private static RestoreResult restore(Workshop workshop, ReplicaOptions replica)
      throws IOException, InterruptedException {
    try (ReplicaStore store = ReplicaStores.installed().open(replica, RequestObserver.NONE)) {
      RestoreRequest request = RestoreRequest.of(workshop.database());
      return Restorer.restore(
          Restorer.plan(List.of(new ReplicaReader(replica, store)), request),
          request,
          RestoreProgress.NONE);
    }
  }

  private static String since(long nanoTime) {
    return GoDuration.format(GoDuration.truncate(Duration.ofNanos(System.nanoTime() - nanoTime)));
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }
}
