package io.litestream.cli.adapters;

import java.io.IOException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows what is on the class path and in the adapters' directories as one, as if all of it was on
 * the class path. It is the context class loader of the process's threads, which {@link
 * java.util.ServiceLoader} and the vendors' libraries ask.
 */
public final class AdapterPath extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final List<AdapterLoader> adapters;

  private AdapterPath(ClassLoader classPath, List<AdapterLoader> adapters) {
    super(classPath);
    this.adapters = List.copyOf(adapters);
  }

  /**
   * Makes the adapters in the directory beside a jar or a directory of classes visible to this
   * thread, and to those that it starts. Without such a directory, as where all adapters are on the
   * class path, nothing changes.
   */
  public static void useFrom(Path code) throws IOException {
    Path directory = code.resolveSibling("adapters");
    if (Files.isDirectory(directory)) {
      Thread thread = Thread.currentThread();
      thread.setContextClassLoader(of(directory, thread.getContextClassLoader()));
    }
  }

  /**
   * @param directory has one directory for each adapter
   */
  static AdapterPath of(Path directory, ClassLoader classPath) throws IOException {
    var adapters = new ArrayList<AdapterLoader>();
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path each : directories) {
        adapters.add(new AdapterLoader(each, classPath));
      }
    }
    return new AdapterPath(classPath, adapters);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    for (AdapterLoader adapter : adapters) {
      try {
        return adapter.loadOpened(name);
      } catch (ClassNotFoundException e) {
        // Then another one has it, or none.
      }
    }
    throw new ClassNotFoundException(name);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    for (AdapterLoader adapter : adapters) {
      URL found = adapter.findResource(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    var found = new ArrayList<URL>();
    for (AdapterLoader adapter : adapters) {
      found.addAll(Collections.list(adapter.findResources(name)));
    }
    return Collections.enumeration(found);
  }
}
