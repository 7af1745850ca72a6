package io.litestream.cli.config;

import java.nio.file.Path;

/** Paths as people write them: {@code ~} is the home directory, anything else is as it stands. */
public record HomePath(Path home) {

  /**
   * The absolute path.
   *
   * @throws java.nio.file.InvalidPathException if the text cannot be a path
   */
  public Path resolve(String text) {
    Path path =
        text.equals("~")
            ? home
            : text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
    return path.toAbsolutePath().normalize();
  }
}
