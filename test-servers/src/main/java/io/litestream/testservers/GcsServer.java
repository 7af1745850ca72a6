package io.litestream.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;

/**
 * A server of Google Cloud Storage that others wrote: fake-gcs-server, started once for all tests
 * if the environment variable {@value #VARIABLE} names its executable, or whatever listens at
 * {@value #ENDPOINT}, such as {@code http://127.0.0.1:4443}. Uploads in chunks are not cut before
 * it: it takes the question how much of an upload it has for the end of the upload.
 */
public final class GcsServer {

  public static final String VARIABLE = "LITESTREAM_TEST_FAKE_GCS";
  public static final String ENDPOINT = "LITESTREAM_TEST_GCS_ENDPOINT";

  private final InetSocketAddress address;

  private GcsServer(InetSocketAddress address) {
    this.address = address;
  }

  private static final class Started {
    static final GcsServer SERVER = start();
  }

  /** Whether there is one: for {@code EnabledIf}. */
  public static boolean isThere() {
    return System.getenv(VARIABLE) != null || System.getenv(ENDPOINT) != null;
  }

  /** The one that all tests share; it ends with the JVM. */
  public static GcsServer server() {
    return Started.SERVER;
  }

  private static GcsServer start() {
    String endpoint = System.getenv(ENDPOINT);
    if (endpoint != null) {
      URI uri = URI.create(endpoint);
      return new GcsServer(new InetSocketAddress(uri.getHost(), uri.getPort()));
    }
    try {
      int port = freePort();
      Process process =
          new ProcessBuilder(
                  System.getenv(VARIABLE),
                  "-backend",
                  "memory",
                  "-scheme",
                  "http",
                  "-host",
                  "127.0.0.1",
                  "-port",
                  Integer.toString(port),
                  // Or it tells Google's own client to download from elsewhere.
                  "-public-host",
                  "127.0.0.1:" + port,
                  "-log-level",
                  "error")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      var server = new GcsServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      server.awaitConnections(process);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("fake-gcs-server does not start", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitConnections(Process process) throws IOException {
    for (int i = 0; process.isAlive() && i < 600; i++) {
      try {
        new Socket(address.getAddress(), address.getPort()).close();
        return;
      } catch (IOException notYet) {
        sleep();
      }
    }
    throw new IOException("nothing listens at " + address);
  }

  private static void sleep() throws IOException {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** Makes a bucket for one test. */
  public String newBucket() throws IOException {
    String bucket = "t" + UUID.randomUUID();
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://"
                        + address.getHostString()
                        + ":"
                        + address.getPort()
                        + "/storage/v1/b?project=test"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"name\":\"" + bucket + "\"}"))
            .build();
    try {
      int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IOException("no bucket was made: " + status);
      }
      return bucket;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
