package io.litestream.replica.file;

import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Keys as paths below a root. */
final class FileKeys {

  private static final Pattern TEMPORARY = Pattern.compile("\\.litestream-[0-9a-f]{16}\\.tmp");

  /** From the separator before such a name to the end of a path. */
  private static final Pattern IN_TEMPORARY = Pattern.compile("[/\\\\]" + TEMPORARY + ".*");

  private FileKeys() {}

  /**
   * The file of a key, below the root whatever the key.
   *
   * @throws IllegalArgumentException if the key breaks the port's model, or has a segment that is
   *     kept for temporary files
   * @throws ReplicaException of kind {@code CONFIGURATION}, if the platform has no file name for it
   */
  static Path resolve(Path root, String operation, String key) throws ReplicaException {
    ObjectKeys.requireValid(key);
    Path path = root;
    for (String segment : key.split("/", -1)) {
      if (isTemporary(segment)) {
        throw new IllegalArgumentException(
            "a file replica keeps names like " + segment + " for itself: " + key);
      }
      Path child;
      try {
        child = path.resolve(segment);
      } catch (InvalidPathException e) {
        throw new ReplicaException(
            Kind.CONFIGURATION,
            operation,
            key,
            null,
            "the platform has no file name for '"
                + segment
                + "'; if it is not plain ASCII, a locale such as LC_ALL=C.UTF-8 is needed",
            e);
      }
      // Elsewhere than on POSIX, other characters than the slash may separate or climb.
      if (!path.equals(child.getParent())) {
        throw new IllegalArgumentException("a key's segment is one file name: " + key);
      }
      path = child;
    }
    return path;
  }

  /**
   * A name for what is no object, at the root: no key has it in it, and no listing shows it.
   *
   * @param process tells processes apart
   * @param random tells stores of one process apart
   */
  static String temporaryName(int process, int random) {
    return String.format(Locale.ROOT, ".litestream-%08x%08x.tmp", process, random);
  }

  static boolean isTemporary(String name) {
    return name.startsWith(".litestream-") && TEMPORARY.matcher(name).matches();
  }

  /** A path, or the root's if the path leads to something temporary. */
  static String withoutTemporary(String path) {
    return IN_TEMPORARY.matcher(path).replaceFirst("");
  }

  /** Whether a name that {@link #isTemporary} is one of that process. */
  static boolean isTemporaryOf(int process, String name) {
    return name.startsWith(String.format(Locale.ROOT, ".litestream-%08x", process));
  }
}
