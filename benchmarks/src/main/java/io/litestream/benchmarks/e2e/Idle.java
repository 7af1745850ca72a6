package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What many databases cost in one process while nobody writes to them. */
final class Idle {

  private static final List<Integer> COUNTS = List.of(1, 100, 500, 2_000);
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** What starting brings with it is over by then. */
  private static final long SETTLE_MILLIS = 12_000;

  private Idle() {}

  static void measure(Bench bench) throws Exception {
    for (int count : COUNTS) {
      if (count <= bench.size(Size.MOST_DATABASES)) {
        for (Tool tool : bench.tools()) {
          try {
            measure(bench, tool, count);
          } catch (IllegalStateException | IOException e) {
            if (tool.equals(bench.tools().get(0))) {
              throw e;
            }
            // The peer may have its limits; an empty cell says so.
            System.err.println(count + " databases, " + tool.name() + ": " + e.getMessage());
          }
        }
      }
    }
  }

  private static void measure(Bench bench, Tool tool, int count) throws Exception {
    Path room = bench.room("idle");
    List<Place> places = places(room, count);
    long began = System.nanoTime();
    try (ToolProcess process = tool.replicate(configuration(room, places), room.resolve("log"))) {
      List<Place> waiting = new ArrayList<>(places);
      Bench.await(
          "snapshot of each of " + count + " databases by " + tool.name(),
          LIMIT,
          () -> {
            waiting.removeIf(place -> place.replica().hasSnapshot());
            return waiting.isEmpty();
          });
      double ready = Bench.seconds(System.nanoTime() - began);
      int seconds = bench.size(Size.IDLE_SECONDS);
      Thread.sleep(Math.min(SETTLE_MILLIS, seconds * 1_000L));
      double before = process.runningFigures().cpuSeconds();
      Thread.sleep(seconds * 1_000L);
      report(bench.results(), tool, count, ready, before, seconds, process.runningFigures());
    }
    Bench.remove(room);
  }

  private static List<Place> places(Path room, int count) throws Exception {
    Path seed = room.resolve("seed.db");
    try (Application application = Application.open(seed)) {
      application.commitRows(10);
    }
    List<Place> places =
        IntStream.range(0, count)
            .mapToObj(i -> new Place(room.resolve(Integer.toString(i))))
            .toList();
    for (Place place : places) {
      Files.createDirectory(place.directory());
      Files.copy(seed, place.database());
    }
    return places;
  }

  private static Path configuration(Path room, List<Place> places) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("dbs:");
    for (Place place : places) {
      lines.add("  - path: " + place.database());
      lines.add("    replicas:");
      lines.add("      - path: " + place.replica().root());
    }
    return Files.write(room.resolve("litestream.yml"), lines);
  }

  private static void report(
      Results results,
      Tool tool,
      int count,
      double ready,
      double cpuBefore,
      int seconds,
      ProcessFigures figures) {
    String subject = count + " idle database" + (count == 1 ? "" : "s");
    double cpu = (figures.cpuSeconds() - cpuBefore) * 60 / seconds;
    results.add(new Figure(subject, "CPU a minute", "s", Better.LOWER), tool.name(), cpu);
    results.add(
        new Figure(subject, "memory", "MB", Better.LOWER), tool.name(), figures.megabytes());
    results.add(new Figure(subject, "threads", "", Better.LOWER), tool.name(), figures.threads());
    results.add(
        new Figure(subject, "descriptors", "", Better.LOWER), tool.name(), figures.descriptors());
    results.add(
        new Figure(subject, "start until all have a snapshot", "s", Better.LOWER),
        tool.name(),
        ready);
  }
}
