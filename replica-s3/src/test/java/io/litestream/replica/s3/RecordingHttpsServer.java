package io.litestream.replica.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server that answers uploads as S3 does, stores nothing, and keeps what it was sent, for tests
 * of what goes over the wire. With TLS its certificate is one that nobody knows.
 */
final class RecordingHttpsServer implements AutoCloseable {

  /** A request: its method, its path with the query, its headers in lower case. */
  record Request(String method, String path, Map<String, String> headers) {

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final String scheme;

  private RecordingHttpsServer(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "recording-server");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::answer);
    server.start();
  }

  static RecordingHttpsServer plain() throws IOException {
    return new RecordingHttpsServer(HttpServer.create(anyPort(), 0), "http");
  }

  /**
   * @param directory for the certificate
   */
  static RecordingHttpsServer withTls(Path directory) throws Exception {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(directory)));
    return new RecordingHttpsServer(server, "https");
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static SSLContext context(Path directory) throws Exception {
    Path store = directory.resolve("server.p12");
    if (!Files.exists(store)) {
      makeCertificate(store);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static void makeCertificate(Path store) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keystore", store.toString(), "-alias", "server"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit", "-keyalg", "EC"));
    command.addAll(List.of("-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1"));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
      String query = String.valueOf(exchange.getRequestURI().getRawQuery());
      requests.add(
          new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers));
      exchange.getResponseHeaders().add("ETag", "\"0123456789abcdef0123456789abcdef\"");
      byte[] body = body(query).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String body(String query) {
    if (query.startsWith("uploads")) {
      return "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
    }
    if (query.startsWith("uploadId")) {
      return "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>";
    }
    return "";
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  String endpoint() {
    return scheme + "://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Request> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
