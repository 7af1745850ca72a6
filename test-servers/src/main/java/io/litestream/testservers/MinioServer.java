package io.litestream.testservers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * MinIO, as a process of its own. What it refuses, it refuses by policy: the tests have the keys of
 * a user whose policy is written anew each time. {@value #VARIABLE} names its executable, {@code
 * LITESTREAM_TEST_MC} that of its command line client.
 */
public final class MinioServer {

  public static final String VARIABLE = "LITESTREAM_TEST_MINIO";

  private static final String ROOT_USER = "minio-root";
  private static final String ROOT_SECRET = "minio-root-secret";

  /** Who the tests are: the id of the key, and the key. */
  public static final String USER = "minio-app";

  public static final String SECRET = "minio-app-secret-0123456789";

  private static final String POLICY = "app";

  /** By when an upload that somebody is in the middle of has ended. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final class Holder {
    static final MinioServer INSTANCE = start();
  }

  private final Path directory;
  private final int port;
  private final Set<String> denials = ConcurrentHashMap.newKeySet();

  private MinioServer(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** The one that all tests share; it ends with the JVM. */
  public static MinioServer server() {
    return Holder.INSTANCE;
  }

  private static MinioServer start() {
    try {
      Path directory = Files.createTempDirectory("litestream-minio-");
      int port = freePort();
      Process process = launch(directory, port);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process, directory), "minio-end"));
      var server = new MinioServer(directory, port);
      server.awaitReady(process);
      server.mc("admin", "user", "add", "test", USER, SECRET);
      server.writePolicy();
      server.mc("admin", "policy", "attach", "test", POLICY, "--user", USER);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Process launch(Path directory, int port) throws IOException {
    var builder =
        new ProcessBuilder(
                System.getenv(VARIABLE),
                "server",
                "--quiet",
                "--address",
                "127.0.0.1:" + port,
                Files.createDirectory(directory.resolve("data")).toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME",
                directory.toString(),
                "MINIO_ROOT_USER",
                ROOT_USER,
                "MINIO_ROOT_PASSWORD",
                ROOT_SECRET,
                "MINIO_BROWSER",
                "off",
                "MINIO_UPDATE",
                "off"));
    return builder.start();
  }

  private static void end(Process process, Path directory) {
    process.destroyForcibly();
    try (Stream<Path> files = Files.walk(directory)) {
      process.waitFor(10, TimeUnit.SECONDS);
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | InterruptedException e) {
      System.err.println("cannot remove " + directory + ": " + e);
    }
  }

  private void awaitReady(Process process) throws IOException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(endpoint().resolve("/minio/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < limit && process.isAlive()) {
      try {
        if (isReady(client, request)) {
          return;
        }
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
    throw new IOException("MinIO does not start:\n" + Files.readString(directory.resolve("log")));
  }

  private static boolean isReady(HttpClient client, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  /** Runs MinIO's client. Its configuration is a variable, so that nothing of it is kept. */
  private void mc(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getenv("LITESTREAM_TEST_MC"));
    command.addAll(List.of("--config-dir", directory.resolve("mc").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .put("MC_HOST_test", "http://" + ROOT_USER + ":" + ROOT_SECRET + "@127.0.0.1:" + port);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("mc " + String.join(" ", arguments) + ":\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private synchronized void writePolicy() throws IOException {
    List<String> statements = new ArrayList<>();
    statements.add(statement("Allow", "s3:*", "*"));
    statements.addAll(denials);
    Path file = Files.createTempFile(directory, "policy", ".json");
    Files.writeString(
        file, "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}");
    mc("admin", "policy", "create", "test", POLICY, file.toString());
  }

  private static String statement(String effect, String action, String object) {
    return "{\"Effect\":\""
        + effect
        + "\",\"Action\":[\""
        + action
        + "\"],\"Resource\":[\"arn:aws:s3:::"
        + object
        + "\"]}";
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Makes a bucket for one test. */
  public String newBucket() throws IOException {
    String bucket = "bucket-" + UUID.randomUUID();
    mc("mb", "test/" + bucket);
    return bucket;
  }

  /**
   * Takes a permission from the user.
   *
   * @param action as a policy has it, such as {@code s3:DeleteObject}
   * @param objects a bucket and the name of an object in it; may hold wildcards
   */
  public void deny(String action, String objects) throws IOException {
    denials.add(statement("Deny", action, objects));
    writePolicy();
  }

  /**
   * Unfinished uploads, of whatever bucket: those that other tests are in the middle of end by
   * themselves, and are waited for.
   */
  public Collection<String> uploads() throws IOException {
    Set<String> left = new TreeSet<>(uploadsNow());
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
      left.retainAll(uploadsNow());
    }
    return left;
  }

  /** It lists uploads of an object only, whose whole name it is told. So look where it has them. */
  private Collection<String> uploadsNow() throws IOException {
    Path uploads = directory.resolve("data/.minio.sys/multipart");
    if (!Files.exists(uploads)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(uploads, 2)) {
      return files
          .filter(file -> uploads.relativize(file).getNameCount() == 2)
          .map(Path::toString)
          .toList();
    }
  }
}
