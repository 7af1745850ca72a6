package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code /proc} tells of a process.
 *
 * @param cpuSeconds since its start, of all its threads
 */
record ProcessFigures(
    double cpuSeconds, double megabytes, double peakMegabytes, int threads, int descriptors) {

  /** USER_HZ, which is 100 for every program on Linux, whatever the kernel counts in. */
  private static final double TICKS = 100;

  static Optional<ProcessFigures> read(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      String status = Files.readString(process.resolve("status"), StandardCharsets.ISO_8859_1);
      // proc(5): the name, in parentheses, may hold anything; state is field 3, utime 14, stime 15.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      return Optional.of(
          new ProcessFigures(
              ticks / TICKS,
              number(status, "VmRSS") / 1024.0,
              number(status, "VmHWM") / 1024.0,
              (int) number(status, "Threads"),
              (int) descriptors.count()));
    } catch (IOException | IndexOutOfBoundsException ended) {
      return Optional.empty();
    }
  }

  /** 0 if there is no such line: a process that is ending has no memory any more. */
  private static long number(String status, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }
}
