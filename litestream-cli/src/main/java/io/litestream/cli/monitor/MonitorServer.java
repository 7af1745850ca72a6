package io.litestream.cli.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.litestream.cli.config.ListenAddress;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics}, {@code /healthz}, {@code /readyz} and {@code /api/status} over HTTP.
 * Read-only; takes no body; a client that is slow, or many of them, get a bounded share of the
 * process and no more.
 */
public final class MonitorServer implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int BACKLOG = 32;
  private static final String TEXT = "text/plain; charset=utf-8";

  static {
    // The JDK's server has its limits as properties, which it reads once. Times are in seconds.
    Map.of(
            "sun.net.httpserver.maxReqTime", "5",
            "sun.net.httpserver.maxRspTime", "60",
            "sun.net.httpserver.maxIdleConnections", "32",
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "jdk.httpserver.maxConnections", "64")
        .forEach(
            (key, value) -> {
              if (System.getProperty(key) == null) {
                System.setProperty(key, value);
              }
            });
  }

  /** What is answered to one path. */
  private interface Page {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private MonitorServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Begins to listen.
   *
   * @throws IOException if the address is not to be had; the message says which
   */
  public static MonitorServer start(
      ListenAddress address,
      PrometheusRegistry registry,
      Supplier<Health> health,
      Supplier<StatusDocument> status)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address.resolve(), BACKLOG);
    } catch (BindException e) {
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    } catch (UnknownHostException e) {
      throw new IOException(
          "cannot listen on " + address + ": no address is known for that host", e);
    }
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            body -> {
              Thread thread = new Thread(body, "litestream-monitor");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
    serve(server, "/metrics", exchange -> metrics(exchange, registry));
    serve(server, "/healthz", exchange -> health(exchange, health.get().problems()));
    serve(server, "/readyz", exchange -> health(exchange, health.get().pending()));
    serve(server, "/api/status", exchange -> status(exchange, chosen(exchange, status.get())));
    serve(
        server,
        "/",
        exchange ->
            text(
                exchange,
                exchange.getRequestURI().getPath().equals("/") ? 200 : 404,
                "/metrics\n/healthz\n/readyz\n/api/status\n"));
    server.start();
    return new MonitorServer(server, threads);
  }

  private static void serve(HttpServer server, String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
              exchange.getResponseHeaders().set("Allow", "GET, HEAD");
              text(exchange, 405, "only GET and HEAD\n");
            } else if (!path.equals("/") && !exchange.getRequestURI().getPath().equals(path)) {
              text(exchange, 404, "no such page\n");
            } else {
              page.answer(exchange);
            }
          }
        });
  }

  private static void metrics(HttpExchange exchange, PrometheusRegistry registry)
      throws IOException {
    ExpositionFormatWriter writer =
        ExpositionFormats.init().findWriter(exchange.getRequestHeaders().getFirst("Accept"));
    try (OutputStream out = body(exchange, 200, writer.getContentType())) {
      writer.write(out, registry.scrape());
    }
  }

  private static void health(HttpExchange exchange, List<String> problems) throws IOException {
    if (problems.isEmpty()) {
      text(exchange, 200, "ok\n");
    } else {
      text(exchange, 503, String.join("\n", problems) + "\n");
    }
  }

  /** {@code ?db=PATH} asks for one database alone. */
  private static StatusDocument chosen(HttpExchange exchange, StatusDocument document) {
    String query = exchange.getRequestURI().getRawQuery();
    if (query == null || !query.startsWith("db=")) {
      return document;
    }
    try {
      return document.only(URLDecoder.decode(query.substring(3), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return document.only(""); // not encoded as it must be: no database has such a name
    }
  }

  private static void status(HttpExchange exchange, StatusDocument document) throws IOException {
    try (Writer out =
        new OutputStreamWriter(body(exchange, 200, "application/json"), StandardCharsets.UTF_8)) {
      document.writeTo(out);
      out.write('\n');
    }
  }

  private static void text(HttpExchange exchange, int code, String text) throws IOException {
    try (OutputStream out = body(exchange, code, TEXT)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The body as it is made, so that it takes no memory; nothing of it is sent for HEAD. */
  private static OutputStream body(HttpExchange exchange, int code, String type)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(code, -1);
      return OutputStream.nullOutputStream();
    }
    exchange.sendResponseHeaders(code, 0);
    return new BufferedOutputStream(exchange.getResponseBody(), 1 << 14);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Ends at once; answers under way are broken off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
