package io.litestream.core.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SQLite itself, which the JDBC driver extracts into the directory for temporary files, as a
 * library to load. The driver removes it when the process ends in order; a process that is killed
 * would leave it, a megabyte each time, and nothing ever removes it then. Once it is loaded nobody
 * needs its name, on Linux, so the name goes at once.
 */
final class ExtractedLibrary {

  /** What is mapped into this process, see {@code proc(5)}: addresses and numbers, then a path. */
  private static final Path MAPPED = Path.of("/proc/self/maps");

  /** Only what the driver has extracted: one that is installed has another name. */
  private static final Pattern EXTRACTED =
      Pattern.compile("[^/]*(/.*/sqlite-[0-9.]+-[0-9a-f-]{36}-libsqlitejdbc\\.so)");

  /** Beside the library, as long as its process lives. */
  private static final String IN_USE = ".lck";

  private static final AtomicBoolean REMOVED = new AtomicBoolean();

  private ExtractedLibrary() {}

  private static Set<String> libraries(Stream<String> lines) {
    return lines
        .map(EXTRACTED::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .collect(Collectors.toSet());
  }

  /** Removes the names of what is loaded. To be called when it is. Works once per process. */
  static void removeNames() {
    if (REMOVED.getAndSet(true)) {
      return;
    }
    try (Stream<String> lines = Files.lines(MAPPED, StandardCharsets.ISO_8859_1)) {
      for (String library : libraries(lines)) {
        Files.deleteIfExists(Path.of(library));
        Files.deleteIfExists(Path.of(library + IN_USE));
      }
    } catch (IOException e) {
      return; // no Linux, or not ours to remove: the driver does it when the process ends
    }
  }
}
