package io.litestream.benchmarks.e2e;

import io.litestream.core.codec.Lz4InputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of commits, as text that can be found in pages, wherever it lies in them. */
final class Marks {

  private static final Pattern MARK = Pattern.compile("COMMIT:(\\d{12})");

  private Marks() {}

  static String of(long commit) {
    return String.format(Locale.ROOT, "COMMIT:%012d", commit);
  }

  /** The last commit that an object of a replica holds something of; 0 if none. */
  static long last(Path object) throws IOException {
    byte[] bytes;
    try (InputStream in = new Lz4InputStream(Files.newInputStream(object))) {
      bytes = in.readAllBytes();
    }
    long last = 0;
    Matcher mark = MARK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    while (mark.find()) {
      last = Math.max(last, Long.parseLong(mark.group(1)));
    }
    return last;
  }
}
