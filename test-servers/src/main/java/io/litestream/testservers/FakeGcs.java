package io.litestream.testservers;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.litestream.spi.ObjectKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * As much of the JSON API of Google Cloud Storage as the adapter uses, as its documentation has it,
 * with one bucket and everything in memory. It can deny what a real server would deny for a missing
 * permission.
 *
 * @see <a href="https://cloud.google.com/storage/docs/json_api/v1">JSON API</a>
 */
public final class FakeGcs implements AutoCloseable {

  public static final String BUCKET = "bucket";

  static {
    // Or an answer's head and body wait for each other's acknowledgement, 40 ms each time.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (?:\\*|(\\d+)-(\\d+))/(\\*|\\d+)");
  private static final Pattern PART =
      Pattern.compile(
          "Content-ID: (\\S+)\\s.*?\\r\\n\\r\\nDELETE (\\S+) HTTP/1.1",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  /** One generation of an object. */
  private static final class Stored {

    final byte[] bytes;
    final long generation;
    final String created = InstantSource.system().instant().toString();

    Stored(byte[] bytes, long generation) {
      this.bytes = bytes;
      this.generation = generation;
    }

    JsonObject resource(String name) {
      var resource = new JsonObject();
      resource.addProperty("name", name);
      resource.addProperty("size", Long.toString(bytes.length));
      resource.addProperty("timeCreated", created);
      resource.addProperty("generation", Long.toString(generation));
      resource.addProperty("crc32c", crc(bytes));
      return resource;
    }
  }

  /** An upload that has begun. */
  private record Session(String name, List<byte[]> kept) {
    byte[] bytes() {
      var all = ByteBuffer.allocate(kept.stream().mapToInt(chunk -> chunk.length).sum());
      kept.forEach(all::put);
      return all.array();
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final NavigableMap<String, Stored> objects =
      new ConcurrentSkipListMap<>(ObjectKeys.ORDER);
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** Names of objects, by the uploads that ended with them: whoever missed that may ask again. */
  private final Map<String, String> finished = new ConcurrentHashMap<>();

  private final Map<String, Integer> denied = new ConcurrentHashMap<>();
  private final Set<String> uncommittable = ConcurrentHashMap.newKeySet();
  private final List<Integer> batches = new ArrayList<>();
  private final AtomicLong numbers = new AtomicLong(1_700_000_000_000_000L);
  private volatile int mostKept = Integer.MAX_VALUE;
  private volatile boolean damaging;
  private volatile boolean denying;

  /** Begins to listen. */
  public FakeGcs() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Answers the delete of an object with a status; with 0, not at all. */
  public void denyDelete(String name, int status) {
    denied.put(name, status);
  }

  /** Refuses to delete anything, as without the permission. */
  public void denyDeletes() {
    denying = true;
  }

  /** Refuses to store an object. */
  public void denyCommit(String name) {
    uncommittable.add(name);
  }

  /** Takes no more than so much of each chunk, as the service may. */
  public void keepAtMost(int bytes) {
    mostKept = bytes;
  }

  /** Stores other bytes than it is sent. */
  public void damage() {
    damaging = true;
  }

  /** Names of objects of which an upload that has not ended takes up space. */
  public Collection<String> unfinished() {
    return sessions.values().stream()
        .filter(session -> session.bytes().length > 0)
        .map(Session::name)
        .toList();
  }

  /** The names of all objects. */
  public Set<String> names() {
    return new TreeSet<>(objects.keySet());
  }

  /** How many objects each batch had. */
  public List<Integer> batches() {
    synchronized (batches) {
      return List.copyOf(batches);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getRawPath();
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      String method = exchange.getRequestMethod();
      if (path.equals("/batch/storage/v1")) {
        batch(exchange, new String(body, StandardCharsets.UTF_8));
      } else if (path.startsWith("/upload/storage/v1/b/")) {
        upload(exchange, method, query, body);
      } else if (!path.contains("/b/" + BUCKET + "/o")) {
        error(exchange, 404, "notFound", "The specified bucket does not exist.");
      } else if (path.endsWith("/o")) {
        answer(exchange, 200, list(query).toString());
      } else {
        object(exchange, method, name(path), query);
      }
    }
  }

  private static String name(String path) {
    return decode(path.substring(path.indexOf("/o/") + 3));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Map<String, String> query(String query) {
    Map<String, String> values = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      values.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return values;
  }

  private JsonObject list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    String delimiter = query.getOrDefault("delimiter", "");
    String from = query.getOrDefault("pageToken", query.getOrDefault("startOffset", ""));
    int most = Integer.parseInt(query.getOrDefault("maxResults", "1000"));
    var found = new TreeMap<String, JsonObject>(ObjectKeys.ORDER);
    var answer = new JsonObject();
    for (var each : objects.tailMap(from, true).entrySet()) {
      String name = each.getKey();
      if (!name.startsWith(prefix)) {
        continue;
      }
      int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
      String item = end < 0 ? name : name.substring(0, end + 1);
      if (!found.containsKey(item) && found.size() == most) {
        answer.addProperty("nextPageToken", name);
        break;
      }
      found.put(item, end < 0 ? each.getValue().resource(name) : new JsonObject());
    }
    var items = new JsonArray();
    var prefixes = new JsonArray();
    found.forEach(
        (name, resource) -> {
          if (resource.size() == 0) {
            prefixes.add(name);
          } else {
            items.add(resource);
          }
        });
    answer.add("items", items);
    answer.add("prefixes", prefixes);
    return answer;
  }

  private void object(HttpExchange exchange, String method, String name, Map<String, String> query)
      throws IOException {
    Stored stored = objects.get(name);
    String generation = query.get("generation");
    if (stored == null || (generation != null && stored.generation != Long.parseLong(generation))) {
      error(exchange, 404, "notFound", "No such object: " + BUCKET + "/" + name);
    } else if (method.equals("DELETE")) {
      objects.remove(name);
      exchange.sendResponseHeaders(204, -1);
    } else {
      Matcher range = RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
      int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
      exchange.getResponseHeaders().set("x-goog-generation", Long.toString(stored.generation));
      int length = stored.bytes.length - from;
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      exchange.sendResponseHeaders(range.matches() ? 206 : 200, length == 0 ? -1 : length);
      exchange.getResponseBody().write(stored.bytes, from, length);
    }
  }

  private void upload(HttpExchange exchange, String method, Map<String, String> query, byte[] body)
      throws IOException {
    String session = query.get("upload_id");
    String name = query.getOrDefault("name", "");
    if (session == null && "media".equals(query.get("uploadType"))) {
      store(exchange, name, body, "0".equals(query.get("ifGenerationMatch")));
    } else if (session == null) {
      String id = "session" + numbers.incrementAndGet();
      sessions.put(id, new Session(name, new ArrayList<>()));
      exchange
          .getResponseHeaders()
          .set(
              "Location",
              "http://elsewhere.invalid"
                  + exchange.getRequestURI().getRawPath()
                  + "?uploadType=resumable&upload_id="
                  + id);
      exchange.sendResponseHeaders(200, -1);
    } else if (method.equals("DELETE")) {
      sessions.remove(session);
      exchange.sendResponseHeaders(499, -1);
    } else {
      resume(exchange, session, body);
    }
  }

  private void resume(HttpExchange exchange, String id, byte[] body) throws IOException {
    Session session = sessions.get(id);
    String name = finished.get(id);
    Stored stored = name == null ? null : objects.get(name);
    if (name != null && stored != null) {
      answer(exchange, 200, stored.resource(name).toString());
      return;
    }
    Matcher range = CONTENT_RANGE.matcher(exchange.getRequestHeaders().getFirst("Content-Range"));
    if (session == null || !range.matches()) {
      error(exchange, session == null ? 404 : 400, "invalid", "not an upload");
      return;
    }
    synchronized (session) {
      int kept = session.bytes().length;
      if (range.group(1) != null) {
        int from = Integer.parseInt(range.group(1));
        if (from > kept || from + body.length != Integer.parseInt(range.group(2)) + 1) {
          error(exchange, 400, "invalid", "the range does not go on from " + kept);
          return;
        }
        byte[] more = Arrays.copyOfRange(body, Math.min(kept - from, body.length), body.length);
        if (more.length > mostKept) {
          more = Arrays.copyOf(more, mostKept);
        }
        session.kept().add(more);
        kept += more.length;
      }
      if (range.group(3).equals(Integer.toString(kept))) {
        sessions.remove(id);
        finished.put(id, session.name());
        store(exchange, session.name(), session.bytes(), false);
        return;
      }
      if (kept > 0) {
        exchange.getResponseHeaders().set("Range", "bytes=0-" + (kept - 1));
      }
      exchange.sendResponseHeaders(308, -1);
    }
  }

  private void store(HttpExchange exchange, String name, byte[] bytes, boolean ifAbsent)
      throws IOException {
    if (uncommittable.contains(name)) {
      error(exchange, 403, "forbidden", "no storage.objects.create access");
      return;
    }
    byte[] kept = damaging ? Arrays.copyOf(bytes, bytes.length + 1) : bytes;
    var stored = new Stored(kept, numbers.incrementAndGet());
    if (ifAbsent && objects.putIfAbsent(name, stored) != null) {
      error(exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
      return;
    }
    objects.put(name, stored);
    answer(exchange, 200, stored.resource(name).toString());
  }

  private void batch(HttpExchange exchange, String request) throws IOException {
    var answer = new StringBuilder();
    int count = 0;
    for (Matcher part = PART.matcher(request); part.find(); count++) {
      String name = name(part.group(2).replaceAll("\\?.*", ""));
      int status = denied.getOrDefault(name, denying ? 403 : -1);
      if (status == 0) {
        continue;
      }
      boolean there = status < 0 && objects.remove(name) != null;
      answer
          .append("--answer\r\nContent-Type: application/http\r\nContent-ID: <response-")
          .append(part.group(1).replace("<", ""))
          .append("\r\n\r\nHTTP/1.1 ")
          .append(status > 0 ? part(status) : there ? "204 No Content\r\n\r\n" : part(404))
          .append("\r\n");
    }
    synchronized (batches) {
      batches.add(count);
    }
    exchange.getResponseHeaders().set("Content-Type", "multipart/mixed; boundary=answer");
    answer(exchange, 200, answer.append("--answer--\r\n").toString());
  }

  private static String part(int status) {
    String body =
        body(
            status,
            status == 404 ? "notFound" : reason(status),
            status == 404
                ? "No such object: " + BUCKET + "/x"
                : "somebody does not have storage.objects.delete access to the object.");
    return status
        + " No\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String reason(int status) {
    return switch (status) {
      case 403 -> "forbidden";
      case 412 -> "conditionNotMet";
      case 429 -> "rateLimitExceeded";
      default -> "backendError";
    };
  }

  private static String body(int status, String reason, String message) {
    var one = new JsonObject();
    one.addProperty("domain", "global");
    one.addProperty("reason", reason);
    one.addProperty("message", message);
    var all = new JsonArray();
    all.add(one);
    var error = new JsonObject();
    error.addProperty("code", status);
    error.addProperty("message", message);
    error.add("errors", all);
    var body = new JsonObject();
    body.add("error", error);
    return body.toString();
  }

  private static void error(HttpExchange exchange, int status, String reason, String message)
      throws IOException {
    answer(exchange, status, body(status, reason, message));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .putIfAbsent("Content-Type", List.of("application/json; charset=UTF-8"));
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String crc(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
