package io.litestream.cli.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters in directories of their own, compiled here: what is found, and when it is opened. */
class AdapterPathTest {

  /** Opens nothing, but says what its library says. */
  private static final String ADAPTER =
      """
      package PACKAGE;

      import io.litestream.spi.*;
      import java.util.Map;
      import java.util.Set;

      public class Adapter implements ReplicaStoreProvider {
        public String type() { return "TYPE"; }
        public Set<String> schemes() { return Set.of("TYPE", "TYPE2"); }
        public Map<String, String> parseUrl(String url) { return Map.of("path", url); }
        public ReplicaStore open(ReplicaSettings settings, RequestObserver observer)
            throws ReplicaException {
          throw new ReplicaException(
              ReplicaException.Kind.UNAVAILABLE, "open", "", null, library.Library.NAME, null);
        }
      }
      """;

  /** Every adapter has one of this name, and another one inside. */
  private static final String LIBRARY =
      """
      package library;

      public class Library {
        public static final String NAME = new String("the library of TYPE");
      }
      """;

  @TempDir Path scratch;

  private Path adapters;
  private ClassLoader before;

  @BeforeEach
  void begin() throws IOException {
    adapters = Files.createDirectory(scratch.resolve("adapters"));
    before = Thread.currentThread().getContextClassLoader();
  }

  @AfterEach
  void end() {
    Thread.currentThread().setContextClassLoader(before);
  }

  /** Compiles an adapter of a type. Its jar goes into its directory, and its library nowhere. */
  private Path compile(String type, String name) throws IOException {
    Path classes = Files.createDirectories(scratch.resolve("classes-" + name));
    Path adapter = source(classes, name + "/Adapter.java", ADAPTER, type, name);
    Path library = source(classes, "library/Library.java", LIBRARY, type, name);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                adapter.toString(),
                library.toString());
    assertThat(result).as("the compiler's exit code").isZero();
    Path service =
        Files.createDirectories(classes.resolve("META-INF/services"))
            .resolve("io.litestream.spi.ReplicaStoreProvider");
    Files.writeString(service, name + ".Adapter");
    Path directory = Files.createDirectories(adapters.resolve(name));
    jar(directory.resolve("adapter.jar"), classes, List.of(name, "META-INF"));
    return classes;
  }

  private static Path source(Path classes, String file, String text, String type, String name)
      throws IOException {
    Path source = classes.resolve("source").resolve(file);
    Files.createDirectories(source.getParent());
    return Files.writeString(source, text.replace("TYPE", type).replace("PACKAGE", name));
  }

  private void addLibrary(String name, Path classes) throws IOException {
    Path libraries = Files.createDirectories(adapters.resolve(name).resolve("lib"));
    jar(libraries.resolve("library.jar"), classes, List.of("library"));
  }

  private static void jar(Path jar, Path classes, List<String> directories) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        var out = new JarOutputStream(file)) {
      for (String directory : directories) {
        try (Stream<Path> files = Files.walk(classes.resolve(directory))) {
          for (Path each : files.filter(Files::isRegularFile).toList()) {
            out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
            Files.copy(each, out);
          }
        }
      }
    }
  }

  private ReplicaStores installed() throws IOException {
    AdapterPath.useFrom(scratch.resolve("litestream-cli.jar"));
    return ReplicaStores.installed();
  }

  private static void assertOpens(ReplicaStores stores, String type) {
    var replica = new ReplicaOptions(type, type, Map.of(), Duration.ofSeconds(1));
    assertThatThrownBy(() -> stores.open(replica, RequestObserver.NONE))
        .hasMessageContaining("the library of " + type);
  }

  @Test
  void adaptersAreFoundBesideThoseOfTheClassPath() throws IOException {
    compile("shelf", "shelf");
    compile("attic", "attic");
    ReplicaStores stores = installed();
    assertThat(stores.types()).contains("attic", "file", "shelf");
    assertThat(stores.typeOf("shelf2://x")).isEqualTo("shelf");
    assertThat(stores.parseUrl("attic://x")).containsEntry("path", "attic://x");
  }

  @Test
  void librariesAreNotLookedForBeforeAStoreIsOpened() throws IOException {
    Path classes = compile("shelf", "shelf");
    ReplicaStores stores = installed();
    assertThat(stores.parseUrl("shelf://x")).containsKey("path");
    addLibrary("shelf", classes);
    assertOpens(stores, "shelf");
  }

  @Test
  void eachAdapterHasItsOwnLibraries() throws IOException {
    addLibrary("shelf", compile("shelf", "shelf"));
    addLibrary("attic", compile("attic", "attic"));
    ReplicaStores stores = installed();
    assertOpens(stores, "shelf");
    assertOpens(stores, "attic");
  }

  @Test
  void whatIsOpenIsSeenThroughTheContextClassLoader() throws Exception {
    addLibrary("shelf", compile("shelf", "shelf"));
    ReplicaStores stores = installed();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    assertThatThrownBy(() -> context.loadClass("library.Library"))
        .isInstanceOf(ClassNotFoundException.class);
    assertThat(context.getResource("library/Library.class")).isNull();
    assertOpens(stores, "shelf");
    assertThat(context.loadClass("library.Library").getClassLoader())
        .isSameAs(context.loadClass("shelf.Adapter").getClassLoader());
    assertThat(context.getResource("library/Library.class")).isNotNull();
  }

  @Test
  void twoAdaptersOfOneTypeAreRefusedByName() throws IOException {
    compile("shelf", "shelf");
    compile("shelf", "other");
    assertThatThrownBy(this::installed)
        .isInstanceOf(ReplicaException.class)
        .hasMessageContaining("two adapters claim the type 'shelf'")
        .hasMessageContaining("shelf.Adapter")
        .hasMessageContaining("other.Adapter");
  }

  @Test
  void adapterOfTheSameTypeAsOneOnTheClassPathIsRefusedByName() throws IOException {
    compile("s3", "shelf");
    assertThatThrownBy(this::installed)
        .hasMessageContaining("two adapters claim the type 's3'")
        .hasMessageContaining("shelf.Adapter");
  }

  @Test
  void directoryThatIsNotThereChangesNothing() throws IOException {
    Files.delete(adapters);
    assertThat(installed().types()).contains("file", "s3");
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
  }
}
