package io.litestream.replica.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;

/** Keys as paths below a root, and their order. */
final class FileKeys {

  /** The order of keys: that of their UTF-8 bytes, unsigned. */
  static final Comparator<String> ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private static final String TEMPORARY_PREFIX = ".litestream-";
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private FileKeys() {}

  /**
   * The file of a key.
   *
   * @throws IllegalArgumentException if the key could lead outside the root, or names a temporary
   *     file
   */
  static Path resolve(Path root, String key) {
    Path path = root;
    for (String segment : key.split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || segment.indexOf('\0') >= 0
          || isTemporary(segment)) {
        throw new IllegalArgumentException("not a key: '" + key.replace('\0', '?') + "'");
      }
      path = path.resolve(segment);
    }
    return path;
  }

  /** A name for what is being written, which no listing shows. */
  static String temporaryName(long random) {
    return TEMPORARY_PREFIX + Long.toHexString(random) + TEMPORARY_SUFFIX;
  }

  static boolean isTemporary(String name) {
    return name.startsWith(TEMPORARY_PREFIX) && name.endsWith(TEMPORARY_SUFFIX);
  }
}
