package com.example.shelf;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.testkit.InMemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A Shelf on a port of loopback, with its objects in memory. */
final class ShelfServer implements AutoCloseable {

  static final String TOKEN = "open-sesame";

  static {
    // It writes the head of an answer by itself, and the rest would wait until that is
    // acknowledged.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final InMemoryStore objects = new InMemoryStore();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  ShelfServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  /** What it keeps: a test may make it refuse something. */
  InMemoryStore objects() {
    return objects;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = wholeBody(exchange);
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer(exchange, 401, "");
        return;
      }
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      try {
        switch (exchange.getRequestURI().getPath()) {
          case "/write" -> write(exchange, query, body);
          case "/read" -> read(exchange, query);
          case "/list" -> list(exchange, query);
          case "/delete" -> delete(exchange, new String(body, StandardCharsets.UTF_8));
          default -> answer(exchange, 400, "");
        }
      } catch (ReplicaException told) {
        answer(exchange, 500, "");
      }
    }
  }

  /** The JDK's server takes a connection that breaks off for the end of the body. */
  private static byte[] wholeBody(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (body.length != Integer.parseInt(length == null ? "0" : length)) {
      throw new IOException("the request is cut");
    }
    return body;
  }

  private static Map<String, String> query(String raw) {
    var query = new HashMap<String, String>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      int equals = pair.indexOf('=');
      query.put(pair.substring(0, equals), decode(pair.substring(equals + 1)));
    }
    return query;
  }

  private static String parameter(Map<String, String> query, String name) {
    return query.getOrDefault(name, "");
  }

  private void write(HttpExchange exchange, Map<String, String> query, byte[] body)
      throws IOException {
    try (ObjectWriter writer = objects.create(parameter(query, "key"))) {
      writer.write(body);
      writer.commit();
    }
    answer(exchange, 200, "");
  }

  private void read(HttpExchange exchange, Map<String, String> query) throws IOException {
    byte[] bytes;
    try (InputStream in = objects.open(parameter(query, "key"))) {
      bytes = in.readAllBytes();
    } catch (NoSuchObjectException e) {
      answer(exchange, 404, "");
      return;
    }
    answer(exchange, 200, bytes);
  }

  private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
    ListPage page =
        objects.list(
            new ListRequest(
                parameter(query, "prefix"),
                Optional.of(parameter(query, "delimiter")).filter(text -> !text.isEmpty()),
                Optional.of(parameter(query, "after")).filter(text -> !text.isEmpty()),
                Integer.parseInt(parameter(query, "limit"))));
    var lines = new StringBuilder();
    page.objects()
        .forEach(
            object ->
                lines.append(
                    "object %s %d %d\n"
                        .formatted(
                            encode(object.key()),
                            object.size(),
                            object.lastModified().toEpochMilli())));
    page.commonPrefixes().forEach(prefix -> lines.append("prefix " + encode(prefix) + "\n"));
    page.next().ifPresent(next -> lines.append("next " + encode(next) + "\n"));
    answer(exchange, 200, lines.toString());
  }

  private void delete(HttpExchange exchange, String names) throws IOException {
    List<String> keys = Arrays.stream(names.split("\n")).map(ShelfServer::decode).toList();
    if (keys.size() > 500) {
      answer(exchange, 400, "");
      return;
    }
    DeleteReport report = objects.delete(keys);
    var lines = new StringBuilder();
    report.deleted().forEach(key -> lines.append("deleted " + encode(key) + "\n"));
    report
        .failed()
        .forEach(
            failure ->
                lines.append(
                    "kept %s %s %s\n"
                        .formatted(encode(failure.key()), failure.code(), failure.message())));
    answer(exchange, 200, lines.toString());
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    answer(exchange, status, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static String encode(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8);
  }

  private static String decode(String name) {
    return URLDecoder.decode(name, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
