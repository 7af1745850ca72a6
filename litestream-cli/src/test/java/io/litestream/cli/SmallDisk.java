package io.litestream.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system in memory that is full soon, and can be made larger while it is in use. */
record SmallDisk(Path root) implements AutoCloseable {

  /** Mounts it; a test whose user may not mount is skipped. */
  static SmallDisk mount(Path root, int kilobytes) throws IOException {
    Files.createDirectories(root);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "none", root.toString()),
        "this user may not mount a file system");
    return new SmallDisk(root);
  }

  void resize(int kilobytes) throws IOException {
    if (!run("mount", "-o", "remount,size=" + kilobytes + "k", root.toString())) {
      throw new IOException("cannot resize " + root);
    }
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(List.of(command)).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such command
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    // Lazily: whoever still has a file open there is about to end.
    if (!run("umount", "-l", root.toString())) {
      throw new IOException("cannot unmount " + root);
    }
  }
}
