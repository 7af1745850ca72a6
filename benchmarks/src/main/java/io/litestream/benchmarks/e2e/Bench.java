package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What all measurements work with: the tools, the sizes, a directory, and the results. */
final class Bench implements AutoCloseable {

  private static final long LOOK_MILLIS = 20;

  private final Settings settings;
  private final List<Tool> tools;
  private final Path directory;
  private final Results results = new Results();
  private int rooms;

  Bench(Settings settings, List<Tool> tools) throws IOException {
    this.settings = settings;
    this.tools = List.copyOf(tools);
    this.directory = Files.createTempDirectory("litestream-e2e-");
  }

  /** Ours first. */
  List<Tool> tools() {
    return tools;
  }

  /** In the other order each second time, so that what the machine does meanwhile hits both. */
  List<Tool> tools(int round) {
    List<Tool> order = new ArrayList<>(tools);
    if (round % 2 == 1) {
      Collections.reverse(order);
    }
    return order;
  }

  /** Who makes the replicas that are restored: the peer, if it is there. */
  Tool maker() {
    return tools.get(tools.size() - 1);
  }

  int size(Size size) {
    return settings.size(size);
  }

  Results results() {
    return results;
  }

  /** A new directory, to be removed with {@link #remove}. */
  Path room(String name) throws IOException {
    rooms++;
    return Files.createDirectory(directory.resolve(rooms + "-" + name));
  }

  static void remove(Path tree) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(tree)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  /** Waits until something is so. */
  static void await(String what, Duration limit, BooleanSupplier condition)
      throws InterruptedException {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - began > limit.toNanos()) {
        throw new IllegalStateException("no " + what + " within " + limit.toSeconds() + " s");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  static double seconds(long nanos) {
    return nanos / 1e9;
  }

  @Override
  public void close() throws IOException {
    remove(directory);
  }
}
