package io.litestream.cli.config;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a running process can be controlled.
 *
 * @param enabled whether it can
 * @param path of the socket
 * @param permissions of the socket: whoever may write to it controls the process
 */
public record ControlSettings(boolean enabled, Path path, Set<PosixFilePermission> permissions) {

  /** Where the socket is if nothing is said, for the process and for those who ask it. */
  public static final String DEFAULT_PATH = "/var/run/litestream.sock";

  static final String DEFAULT_PERMISSIONS = "0600";

  /** What holds if nothing is said. */
  public static final ControlSettings OFF =
      new ControlSettings(false, Path.of(DEFAULT_PATH), parse(DEFAULT_PERMISSIONS));

  private static final int OTHERS = 7;

  public ControlSettings {
    permissions = Set.copyOf(permissions);
  }

  /**
   * Permissions in octal: {@code 0600}.
   *
   * @throws IllegalArgumentException if they are not; the message completes the sentence "it …"
   */
  static Set<PosixFilePermission> parse(String text) {
    if (!text.matches("0o?[0-7]{3}")) {
      throw new IllegalArgumentException("is written in octal, such as 0600 or 0660");
    }
    int bits = Integer.parseInt(text.substring(text.length() - 3), 8);
    if ((bits & OTHERS) != 0) {
      throw new IllegalArgumentException("would let every user of this machine control litestream");
    }
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      // From the owner's right to read, the highest bit, to everybody's to execute.
      if ((bits & (1 << (all.length - 1 - i))) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }
}
