package io.litestream.cli.output;

import java.util.Locale;

/** Sizes for people: {@code 512 B}, {@code 1.4 MB}. A kilobyte is 1000 bytes. */
public final class ByteCount {

  private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

  private ByteCount() {}

  public static String text(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    // 999950 would be printed as 1000.0 kB.
    while (size >= 999.95 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
