package com.example.shelf;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** A part of a Shelf as a store. */
final class ShelfStore implements ReplicaStore {

  /** The most keys that a Shelf deletes in one request. */
  private static final int BATCH = 500;

  private final ShelfRequests requests;
  private final String root;

  /**
   * @param root what all keys begin with on the Shelf: empty, or ending in a slash
   */
  ShelfStore(ShelfRequests requests, String root) {
    this.requests = requests;
    this.root = root;
  }

  @Override
  public ListPage list(ListRequest request) throws ReplicaException {
    String path =
        "/list?prefix="
            + name(request.prefix())
            + "&after="
            + request.startAfter().map(this::name).orElse("")
            + "&delimiter="
            + request.delimiter().orElse("")
            + "&limit="
            + request.limit();
    var call = new ShelfCall(Operation.LIST, "list", request.prefix(), path);
    String answer = requests.send(call, BodyPublishers.noBody(), BodyHandlers.ofString());
    try {
      return page(answer);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw call.unavailable("the shelf's answer makes no sense: " + e.getMessage(), e);
    }
  }

  private ListPage page(String answer) {
    var objects = new ArrayList<ObjectInfo>();
    var prefixes = new ArrayList<String>();
    Optional<String> next = Optional.empty();
    for (String line : answer.lines().toList()) {
      String[] parts = line.split(" ", -1);
      String key = key(parts[1]);
      switch (parts[0]) {
        case "object" -> objects.add(object(key, parts[2], parts[3]));
        case "prefix" -> prefixes.add(key);
        case "next" -> next = Optional.of(key);
        default -> throw new IllegalArgumentException(line);
      }
    }
    return new ListPage(objects, prefixes, next);
  }

  private static ObjectInfo object(String key, String size, String millis) {
    return new ObjectInfo(key, Long.parseLong(size), Instant.ofEpochMilli(Long.parseLong(millis)));
  }

  @Override
  public InputStream open(String key) throws ReplicaException {
    String path = "/read?key=" + name(ObjectKeys.requireValid(key));
    var call = new ShelfCall(Operation.GET, "open", key, path);
    try {
      Path file = Files.createTempFile("shelf-", ".tmp");
      try {
        requests.send(call, BodyPublishers.noBody(), BodyHandlers.ofFile(file));
        return Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (ReplicaException e) {
      throw e;
    } catch (IOException e) {
      throw call.unavailable("no temporary file can be made: " + e.getMessage(), e);
    }
  }

  @Override
  public ObjectWriter create(String key) throws ReplicaException {
    String path = "/write?key=" + name(ObjectKeys.requireValid(key));
    var call = new ShelfCall(Operation.PUT, "write", key, path);
    requests.requireUsable(call);
    return ShelfWriter.begin(requests, call);
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws ReplicaException {
    keys.forEach(ObjectKeys::requireValid);
    var call = new ShelfCall(Operation.DELETE, "delete", "", "/delete");
    requests.requireUsable(call);
    List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
    var deleted = new ArrayList<String>();
    var failed = new ArrayList<Failure>();
    for (int from = 0; from < distinct.size(); from += BATCH) {
      List<String> batch = distinct.subList(from, Math.min(from + BATCH, distinct.size()));
      DeleteReport report = deleteBatch(call, batch);
      deleted.addAll(report.deleted());
      failed.addAll(report.failed());
    }
    return new DeleteReport(deleted, failed);
  }

  private DeleteReport deleteBatch(ShelfCall call, List<String> batch) {
    var gone = new HashSet<String>();
    var kept = new HashMap<String, Failure>();
    String code = "NotReported";
    String words = "the shelf does not say what became of it";
    String names = String.join("\n", batch.stream().map(this::name).toList());
    try {
      String answer = requests.send(call, BodyPublishers.ofString(names), BodyHandlers.ofString());
      for (String line : answer.lines().toList()) {
        String[] parts = line.split(" ", 4);
        String key = key(parts[1]);
        if (parts[0].equals("deleted")) {
          gone.add(key);
        } else {
          kept.put(key, new Failure(key, parts[2], parts[3]));
        }
      }
    } catch (ReplicaException e) {
      code = e.code().orElse(e.kind().name());
      words = String.valueOf(e.getMessage());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      words = "the shelf's answer makes no sense: " + e.getMessage();
    }
    var failed = new ArrayList<Failure>();
    for (String key : batch) {
      if (!gone.contains(key)) {
        failed.add(kept.getOrDefault(key, new Failure(key, code, words)));
      }
    }
    return new DeleteReport(batch.stream().filter(gone::contains).toList(), failed);
  }

  private String name(String key) {
    return URLEncoder.encode(root + key, StandardCharsets.UTF_8);
  }

  private String key(String name) {
    return URLDecoder.decode(name, StandardCharsets.UTF_8).substring(root.length());
  }

  @Override
  public void close() {
    requests.close();
  }
}
