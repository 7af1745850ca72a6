package io.litestream.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The store in memory, behind HTTP: {@code PUT} and {@code GET} of {@code /object?KEY}, {@code GET}
 * of {@code /list?PREFIX} and {@code POST} of keys, a line each, to {@code /delete}.
 */
final class MemoryHttpServer implements AutoCloseable {

  private final InMemoryStore store = new InMemoryStore();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  MemoryHttpServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = readWhole(exchange);
      String argument = exchange.getRequestURI().getRawQuery();
      String decoded = argument == null ? "" : URLDecoder.decode(argument, StandardCharsets.UTF_8);
      switch (exchange.getRequestMethod() + exchange.getRequestURI().getPath()) {
        case "PUT/object" -> put(exchange, decoded, body);
        case "GET/object" -> get(exchange, decoded);
        case "GET/list" -> list(exchange, decoded);
        case "POST/delete" -> delete(exchange, body);
        default -> answer(exchange, 400, new byte[0]);
      }
    }
  }

  /** The JDK's server takes a connection that breaks off for the end of the body. */
  private static byte[] readWhole(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (body.length != Integer.parseInt(length == null ? "0" : length)) {
      throw new IOException("the request is cut");
    }
    return body;
  }

  private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
    StoreContract.write(store, key, body);
    answer(exchange, 200, new byte[0]);
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    try (InputStream in = store.open(key)) {
      answer(exchange, 200, in.readAllBytes());
    } catch (NoSuchObjectException e) {
      answer(exchange, 404, new byte[0]);
    }
  }

  private void list(HttpExchange exchange, String prefix) throws IOException {
    ListPage page = store.list(ListRequest.below(prefix));
    answer(exchange, 200, StoreContract.bytes(String.join("\n", StoreContract.keys(page))));
  }

  private void delete(HttpExchange exchange, byte[] body) throws IOException {
    List<String> keys = Arrays.asList(new String(body, StandardCharsets.UTF_8).split("\n"));
    DeleteReport report = store.delete(keys);
    answer(exchange, 200, StoreContract.bytes(String.join("\n", report.deleted())));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
