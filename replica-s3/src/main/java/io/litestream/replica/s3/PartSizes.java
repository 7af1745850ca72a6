package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large the parts of an upload are. The store wants 5 MiB at least (but for the last one) and
 * takes {@value #MOST_PARTS} parts, and the length of the whole is not known when the first part
 * goes out. A part is held in memory, so that they begin small, and grow by half after every 1,000:
 * 5 MiB for the first 4.9 GiB, 192 MiB at the end, 553 GiB in all. Where a store wants equal parts,
 * they are of 16 MiB, which makes 156 GiB.
 *
 * @param first size of the first part, in bytes
 * @param grows whether later parts are larger
 */
record PartSizes(int first, boolean grows) {

  static final int MOST_PARTS = 10_000;

  private static final int SMALLEST = 5 << 20;
  private static final int LARGEST = 1 << 30;
  private static final int EQUAL = 16 << 20;
  private static final int PARTS_OF_ONE_SIZE = 1_000;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([KMG]I?B)?");

  static PartSizes read(ReplicaSettings settings, Vendor vendor) throws ReplicaException {
    Optional<String> given = settings.text("part-size");
    if (given.isPresent()) {
      return new PartSizes(parse(given.get()), false);
    }
    return vendor.wantsEqualParts() ? new PartSizes(EQUAL, false) : new PartSizes(SMALLEST, true);
  }

  private static int parse(String text) throws ReplicaException {
    Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2) == null ? "" : matcher.group(2);
      long base = unit.contains("I") ? 1024 : 1000;
      long size = Long.parseLong(matcher.group(1));
      for (int i = unit.isEmpty() ? -1 : "KMG".indexOf(unit.charAt(0));
          i >= 0 && size <= LARGEST;
          i--) {
        size *= base;
      }
      if (size >= SMALLEST && size <= LARGEST) {
        return (int) size;
      }
    }
    throw new ReplicaException(
        Kind.CONFIGURATION,
        "configure",
        "part-size",
        null,
        "'part-size' is a number of bytes from 5MiB to 1GiB, such as 16MiB, not '" + text + "'",
        null);
  }

  /** The size of the part of that number, from 1; in bytes. */
  int of(int number) {
    int size = first;
    if (grows) {
      for (int i = PARTS_OF_ONE_SIZE; i < number; i += PARTS_OF_ONE_SIZE) {
        size += size / 2;
      }
    }
    return size;
  }
}
