package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** How long it takes to bring a database back: from a directory, and from a distant S3. */
final class Restores {

  private static final String PLAIN_WRITE = "writing the same bytes";

  private Restores() {}

  static void measure(Bench bench) throws Exception {
    Path buckets = bench.room("buckets");
    try (DistantS3 s3 = DistantS3.serve(buckets, bench.size(Size.LATENCY_MS))) {
      for (MadeReplica kind : MadeReplica.values()) {
        Place place = kind.make(bench, Files.createDirectory(buckets.resolve(kind.bucket())));
        measure(bench, kind, place, s3);
        Bench.remove(place.directory());
      }
    }
  }

  private static void measure(Bench bench, MadeReplica kind, Place place, DistantS3 s3)
      throws Exception {
    Path room = bench.room("restored");
    String url = "file://" + place.replica().root();
    String configuration =
        s3.configure(place.database(), kind.bucket(), room.resolve("litestream.yml")).toString();
    String name = kind.describe(bench) + ", ";
    for (int run = 0; run < bench.size(Size.RUNS); run++) {
      for (Tool tool : bench.tools(run)) {
        restore(bench, tool, room, name + "from a directory", url);
        restore(
            bench,
            tool,
            room,
            name + "from S3, " + bench.size(Size.LATENCY_MS) + " ms away",
            "-config",
            configuration,
            place.database().toString());
      }
      plainWrite(bench, room, name + "from a directory");
    }
    Bench.remove(room);
  }

  private static void restore(Bench bench, Tool tool, Path room, String name, String... from)
      throws Exception {
    Path output = room.resolve("restored.db");
    List<String> arguments = new ArrayList<>(List.of("restore", "-o", output.toString()));
    arguments.addAll(List.of(from));
    Tool.Ended ended = tool.run(room.resolve("log"), arguments.toArray(String[]::new));
    bench.results().add(time(name), tool.name(), ended.seconds());
    bench
        .results()
        .add(
            new Figure("restore", name + ", peak memory", "MB", Better.LOWER),
            tool.name(),
            ended.peakMegabytes());
    requireSame(room.resolve("first.db"), output, tool);
  }

  private static Figure time(String name) {
    return new Figure("restore", name, "s", Better.LOWER);
  }

  /** All restores of a replica are the same, byte for byte, whoever did them. */
  private static void requireSame(Path first, Path output, Tool tool) throws IOException {
    if (!Files.exists(first)) {
      Files.move(output, first);
      return;
    }
    long difference = Files.mismatch(first, output);
    if (difference >= 0) {
      throw new IllegalStateException(
          "what " + tool.name() + " restored differs from another restore at byte " + difference);
    }
    Files.delete(output);
  }

  private static void plainWrite(Bench bench, Path room, String name) throws IOException {
    Path copy = room.resolve("copy.db");
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    long nanos = 0;
    try (FileChannel in = FileChannel.open(room.resolve("first.db"));
        FileChannel out =
            FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (in.read(buffer.clear()) > 0) {
        long began = System.nanoTime();
        buffer.flip();
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        nanos += System.nanoTime() - began;
      }
      long began = System.nanoTime();
      out.force(true);
      nanos += System.nanoTime() - began;
    }
    bench.results().add(time(name), PLAIN_WRITE, Bench.seconds(nanos));
    Files.delete(copy);
  }
}
