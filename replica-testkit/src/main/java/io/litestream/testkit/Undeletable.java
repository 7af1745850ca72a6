package io.litestream.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Makes files undeletable, for stores whose objects are files on this machine: by a directory
 * without write permission, or, since that does not stop the superuser, by the immutable flag of
 * Linux file systems. Used by one thread.
 */
public final class Undeletable implements AutoCloseable {

  private enum Means {
    PERMISSION,
    IMMUTABLE_FLAG,
    NONE
  }

  private final Means means;
  private final Deque<Path> files = new ArrayDeque<>();

  private Undeletable(Means means) {
    this.means = means;
  }

  /**
   * Finds the means that works here, by trying.
   *
   * @param directory exists, and is left as it was
   */
  public static Undeletable probe(Path directory) throws IOException {
    for (Means means : new Means[] {Means.PERMISSION, Means.IMMUTABLE_FLAG}) {
      Path victim =
          Files.createFile(Files.createDirectory(directory.resolve("probe")).resolve("f"));
      boolean works = false;
      try (var undeletable = new Undeletable(means)) {
        undeletable.protect(victim);
        Files.delete(victim);
      } catch (IOException denied) {
        works = Files.exists(victim);
      }
      Files.deleteIfExists(victim);
      Files.delete(directory.resolve("probe"));
      if (works) {
        return new Undeletable(means);
      }
    }
    return new Undeletable(Means.NONE);
  }

  /** Whether there is any. */
  public boolean works() {
    return means != Means.NONE;
  }

  /** Makes a file, which exists, undeletable until {@link #close}. */
  public void protect(Path file) throws IOException {
    files.push(file);
    switch (means) {
      case PERMISSION -> permit(file, "r-x------");
      case IMMUTABLE_FLAG -> flag(file, "+i");
      case NONE -> throw new UnsupportedOperationException("nothing stops a delete here");
    }
  }

  @Override
  public void close() throws IOException {
    for (Path file : files) {
      if (means == Means.PERMISSION) {
        permit(file, "rwx------");
      } else {
        flag(file, "-i");
      }
    }
    files.clear();
  }

  private static void permit(Path file, String permissions) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString(permissions));
    }
  }

  private static void flag(Path file, String change) throws IOException {
    try {
      // Where the command is missing this throws; where the flag is not known the delete succeeds.
      new ProcessBuilder("chattr", change, file.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
