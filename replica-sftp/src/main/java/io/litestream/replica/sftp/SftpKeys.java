package io.litestream.replica.sftp;

import io.litestream.spi.ObjectKeys;
import java.util.Locale;
import java.util.regex.Pattern;

/** Keys as paths below a root, on a server whose paths have slashes. */
final class SftpKeys {

  private static final Pattern TEMPORARY = Pattern.compile("\\.litestream-[0-9a-f]{16}\\.tmp");

  private SftpKeys() {}

  /**
   * The file of a key, below the root whatever the key.
   *
   * @throws IllegalArgumentException if the key breaks the port's model, or has a segment that
   *     would be taken for a temporary file
   */
  static String resolve(String root, String key) {
    ObjectKeys.requireValid(key);
    for (String segment : key.split("/", -1)) {
      if (isTemporary(segment)) {
        throw new IllegalArgumentException(
            "an sftp replica keeps names like " + segment + " for itself: " + key);
      }
    }
    return child(root, key);
  }

  /**
   * @param directory empty for the one that the login leads to
   */
  static String child(String directory, String name) {
    return directory.isEmpty() || directory.endsWith("/")
        ? directory + name
        : directory + "/" + name;
  }

  /** The directory that a path is in; empty for the one that the login leads to. */
  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 && path.length() > 1 ? "/" : path.substring(0, Math.max(0, slash));
  }

  /** A name for what is being written, which no key has and no listing shows. */
  static String temporaryName(long random) {
    return String.format(Locale.ROOT, ".litestream-%016x.tmp", random);
  }

  static boolean isTemporary(String name) {
    return name.startsWith(".litestream-") && TEMPORARY.matcher(name).matches();
  }
}
