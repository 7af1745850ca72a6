package io.litestream.replica.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers batches of deletes as the service's documentation has it: 202 for the batch, and within
 * its body an answer for each blob. Denies what no emulator can be made to deny.
 *
 * @see <a href="https://learn.microsoft.com/rest/api/storageservices/blob-batch">Blob Batch</a>
 */
final class FakeBatchService implements AutoCloseable {

  private static final Pattern DELETE =
      Pattern.compile(
          "Content-ID: (\\d+)\\s.*?DELETE /account/container/(\\S+) HTTP/1.1", Pattern.DOTALL);

  private final HttpServer server;
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final List<Integer> batches = new CopyOnWriteArrayList<>();
  private volatile int whole;

  FakeBatchService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  AzureSettings settings() {
    return new AzureSettings(
        "http://127.0.0.1:" + server.getAddress().getPort() + "/account",
        "container",
        "",
        new AzureCredential.AccountKey("account", "c2VjcmV0"));
  }

  /** Answers the delete of a key with a status other than 202; with 0, not at all. */
  void answer(String key, int status) {
    answers.put(key, status);
  }

  /** Refuses whole batches. */
  void answerBatches(int status) {
    whole = status;
  }

  /** How many keys each batch had. */
  List<Integer> batches() {
    return List.copyOf(batches);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (whole > 0) {
        exchange.getResponseHeaders().set("x-ms-error-code", code(whole));
        exchange.sendResponseHeaders(whole, -1);
        return;
      }
      List<String> parts = new ArrayList<>();
      int keys = 0;
      for (Matcher each = DELETE.matcher(request); each.find(); keys++) {
        String key =
            URLDecoder.decode(each.group(2).replaceAll("\\?.*", ""), StandardCharsets.UTF_8);
        int status = answers.getOrDefault(key, 202);
        if (status > 0) {
          parts.add(part(each.group(1), status));
        }
      }
      batches.add(keys);
      byte[] body = (String.join("", parts) + "--answer--\r\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "multipart/mixed; boundary=answer");
      exchange.sendResponseHeaders(202, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String part(String id, int status) {
    String head =
        "--answer\r\nContent-Type: application/http\r\nContent-ID: "
            + id
            + "\r\n\r\nHTTP/1.1 "
            + status;
    if (status == 202) {
      return head
          + " Accepted\r\nx-ms-delete-type-permanent: true\r\nx-ms-version: 2026-02-06\r\n\r\n";
    }
    String code = code(status);
    String error =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"
            + code
            + "</Code><Message>no</Message></Error>";
    return head
        + " No\r\nx-ms-error-code: "
        + code
        + "\r\nContent-Length: "
        + error.length()
        + "\r\nContent-Type: application/xml\r\n\r\n"
        + error
        + "\r\n";
  }

  private static String code(int status) {
    return switch (status) {
      case 403 -> "AuthorizationPermissionMismatch";
      case 404 -> "BlobNotFound";
      case 409 -> "BlobImmutableDueToPolicy";
      case 503 -> "ServerBusy";
      default -> "InternalError";
    };
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
