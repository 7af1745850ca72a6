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

  private static final int LENGTH = of(0).length();
  private static final int CHUNK = 1 << 20;

  private Marks() {}

  static String of(long commit) {
    return String.format(Locale.ROOT, "COMMIT:%012d", commit);
  }

  /** The last commit that an object of a replica holds something of; 0 if none. */
  static long last(Path object) throws IOException {
    long last = 0;
    byte[] buffer = new byte[CHUNK];
    int kept = 0;
    try (InputStream in = new Lz4InputStream(Files.newInputStream(object))) {
      int read = in.readNBytes(buffer, 0, CHUNK);
      while (read > 0) {
        int length = kept + read;
        last = Math.max(last, last(new String(buffer, 0, length, StandardCharsets.ISO_8859_1)));
        // A mark may lie across the border: its beginning is looked at again.
        kept = Math.min(length, LENGTH - 1);
        System.arraycopy(buffer, length - kept, buffer, 0, kept);
        read = in.readNBytes(buffer, kept, CHUNK - kept);
      }
    }
    return last;
  }

  private static long last(String text) {
    long last = 0;
    Matcher mark = MARK.matcher(text);
    while (mark.find()) {
      last = Math.max(last, Long.parseLong(mark.group(1)));
    }
    return last;
  }
}
