package io.litestream.cli.adapters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Loads one adapter from its directory. What the adapter depends on is not looked at before a class
 * is asked for that its own jar does not have.
 */
final class AdapterLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final Path libraries;
  private final Object lock = new Object();
  private volatile boolean complete;

  /**
   * @param directory with the adapter's own jar
   * @param parent has the port and the libraries that the command itself uses
   */
  AdapterLoader(Path directory, ClassLoader parent) throws IOException {
    super(jars(directory).toArray(URL[]::new), parent);
    this.libraries = directory.resolve("lib");
  }

  private static List<URL> jars(Path directory) throws IOException {
    var jars = new ArrayList<Path>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jar")) {
      files.forEach(jars::add);
    }
    // The same order on every file system.
    Collections.sort(jars);
    var urls = new ArrayList<URL>();
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    return urls;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    boolean wasComplete = complete;
    try {
      return super.findClass(name);
    } catch (ClassNotFoundException e) {
      if (wasComplete) {
        throw e;
      }
      complete();
      return super.findClass(name);
    }
  }

  private void complete() {
    synchronized (lock) {
      if (!complete) {
        try {
          if (Files.isDirectory(libraries)) {
            jars(libraries).forEach(this::addURL);
          }
        } catch (IOException e) {
          throw new UncheckedIOException("the libraries in " + libraries + " cannot be listed", e);
        }
        complete = true;
      }
    }
  }

  /** As {@link #loadClass}, but does not look beyond what has been opened. */
  Class<?> loadOpened(String name) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? super.findClass(name) : loaded;
    }
  }
}
