package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** The replicas that are restored. The peer makes them, if it is there. */
enum MadeReplica {
  SNAPSHOT {
    @Override
    String describe(Bench bench) {
      return "snapshot of " + bench.size(Size.SNAPSHOT_MB) + " MB";
    }

    @Override
    int megabytes(Bench bench) {
      return bench.size(Size.SNAPSHOT_MB);
    }

    @Override
    Map<String, String> settings() {
      return Map.of();
    }

    @Override
    void write(Bench bench, Place place, Application application) throws SQLException {
      application.commitOne();
    }
  },

  INDEXES {
    @Override
    String describe(Bench bench) {
      return bench.size(Size.INDEXES) + " WAL indexes";
    }

    @Override
    int megabytes(Bench bench) {
      return bench.size(Size.BASE_MB);
    }

    @Override
    Map<String, String> settings() {
      return Map.of(
          "monitor-interval", "10ms",
          "min-checkpoint-page-count", "100",
          "max-checkpoint-page-count", "200000");
    }

    @Override
    void write(Bench bench, Place place, Application application)
        throws IOException, SQLException, InterruptedException {
      var random = new Random(7);
      long began = System.nanoTime();
      for (int last = 0; last < bench.size(Size.INDEXES); last = place.replica().lastIndex()) {
        application.update(PAGES_EACH, random);
        int before = last;
        awaitSome(() -> place.replica().lastIndex() > before);
        requireWithin(began);
      }
    }
  },

  SEGMENTS {
    @Override
    String describe(Bench bench) {
      return bench.size(Size.SEGMENTS) + " small segments";
    }

    @Override
    int megabytes(Bench bench) {
      return 10;
    }

    @Override
    Map<String, String> settings() {
      return Map.of(
          "monitor-interval", "10ms",
          "min-checkpoint-page-count", "100000",
          "max-checkpoint-page-count", "200000");
    }

    @Override
    void write(Bench bench, Place place, Application application)
        throws IOException, SQLException, InterruptedException {
      long began = System.nanoTime();
      while (place.replica().segments() < bench.size(Size.SEGMENTS)) {
        int before = place.replica().segments();
        application.commitOne();
        awaitSome(() -> place.replica().segments() > before);
        requireWithin(began);
      }
    }
  };

  /** About 4 MB of WAL to each index. */
  private static final int PAGES_EACH = 1_000;

  private static final Duration LIMIT = Duration.ofMinutes(15);

  /** Whether something can be seen in a replica. */
  private interface Sight {
    boolean isThere() throws IOException;
  }

  abstract String describe(Bench bench);

  abstract int megabytes(Bench bench);

  abstract Map<String, String> settings();

  abstract void write(Bench bench, Place place, Application application)
      throws IOException, SQLException, InterruptedException;

  String bucket() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Makes the replica, and removes the database. */
  Place make(Bench bench, Path directory) throws Exception {
    var place = new Place(directory);
    Application.make(place.database(), megabytes(bench));
    Path configuration = place.configure(settings(), Map.of("sync-interval", "10ms"));
    try (Application application = Application.open(place.database());
        ToolProcess process = place.replicate(bench.maker(), configuration);
        Arrivals arrivals = Arrivals.watch(place.replica())) {
      application.execute("PRAGMA wal_autocheckpoint = 0");
      write(bench, place, application);
      arrivals.await(application.commits(), CatchUp.LIMIT);
      process.requireRunning();
    }
    return place;
  }

  /** Not for ever: the tool may put two commits into one object. */
  private static void awaitSome(Sight sight) throws IOException, InterruptedException {
    for (int i = 0; i < 250 && !sight.isThere(); i++) {
      Thread.sleep(2);
    }
  }

  private static void requireWithin(long began) {
    if (System.nanoTime() - began > LIMIT.toNanos()) {
      throw new IllegalStateException(
          "the replica is not made within " + LIMIT.toMinutes() + " minutes");
    }
  }
}
