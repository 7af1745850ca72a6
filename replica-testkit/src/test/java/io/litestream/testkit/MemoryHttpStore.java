package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A client of {@link MemoryHttpServer} that keeps the rules which hold under faults, and whose
 * subclasses break them. It opens a socket for each request, so that nothing is sent again unseen.
 */
class MemoryHttpStore implements ReplicaStore {

  private static final int BATCH = 1_000;
  private static final int LOOK_MILLIS = 20;

  int tries = 2;
  int silenceMillis = 150;
  boolean checksLengths = true;
  boolean observesEachTry = true;
  private final HttpFaultProxy proxy;
  private final RequestObserver observer;

  MemoryHttpStore(HttpFaultProxy proxy, RequestObserver observer) {
    this.proxy = proxy;
    this.observer = observer;
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    byte[] answer =
        send(Operation.LIST, request.prefix(), "GET /list?" + encode(request.prefix()), "");
    return new ListPage(
        lines(answer).stream().map(key -> new ObjectInfo(key, 0, Instant.EPOCH)).toList(),
        List.of(),
        Optional.empty());
  }

  @Override
  public InputStream open(String key) throws IOException {
    return new ByteArrayInputStream(send(Operation.GET, key, "GET /object?" + encode(key), ""));
  }

  @Override
  public ObjectWriter create(String key) {
    var collected = new ByteArrayOutputStream();
    return new ObjectWriter() {
      @Override
      public void write(int b) {
        collected.write(b);
      }

      @Override
      public void commit() throws IOException {
        put(key, collected.toString(StandardCharsets.ISO_8859_1));
      }

      @Override
      public void close() {}
    };
  }

  /**
   * @param body one character per byte
   */
  void put(String key, String body) throws IOException {
    send(Operation.PUT, key, "PUT /object?" + encode(key), body);
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    List<String> all = List.copyOf(keys);
    List<DeleteReport> reports = new ArrayList<>();
    for (int from = 0; from < all.size(); from += BATCH) {
      reports.add(deleteBatch(all.subList(from, Math.min(from + BATCH, all.size()))));
    }
    return joined(reports);
  }

  private static DeleteReport joined(List<DeleteReport> reports) {
    return new DeleteReport(
        reports.stream().flatMap(report -> report.deleted().stream()).toList(),
        reports.stream().flatMap(report -> report.failed().stream()).toList());
  }

  DeleteReport deleteBatch(List<String> keys) throws IOException {
    List<String> deleted = List.of();
    String why = "";
    try {
      deleted = lines(send(Operation.DELETE, "", "POST /delete", String.join("\n", keys)));
    } catch (ReplicaException e) {
      why = String.valueOf(e.getMessage());
    }
    String message = why;
    Set<String> gone = Set.copyOf(deleted);
    return new DeleteReport(
        deleted,
        keys.stream()
            .filter(key -> !gone.contains(key))
            .map(key -> new Failure(key, "Failed", message))
            .toList());
  }

  private static List<String> lines(byte[] answer) {
    return Arrays.stream(new String(answer, StandardCharsets.UTF_8).split("\n"))
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String encode(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8);
  }

  private byte[] send(Operation operation, String key, String line, String body)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      boolean failed = true;
      try {
        byte[] answer = exchange(key, line, body);
        failed = false;
        return answer;
      } catch (ReplicaException e) {
        throw e; // an answer that no other try will change
      } catch (IOException e) {
        if (attempt >= tries) {
          throw new ReplicaException(
              Kind.UNAVAILABLE, "send", key, null, "the server cannot be reached", e);
        }
      } finally {
        if (observesEachTry || !failed) {
          observer.onRequest(new Request(operation, body.length(), Duration.ZERO, failed));
        }
      }
    }
  }

  /**
   * An answer that is waited for as long as a deadline, if the proxy has swallowed it, and else for
   * as long as it takes: a machine that is busy is not silent.
   */
  private final class Patient extends FilterInputStream {

    private final long began = System.nanoTime();

    Patient(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      while (true) {
        try {
          return in.read(buffer, offset, length);
        } catch (SocketTimeoutException e) {
          if (proxy.hanging() > 0 && System.nanoTime() - began > silenceMillis * 1_000_000L) {
            throw e;
          }
        }
      }
    }
  }

  private byte[] exchange(String key, String line, String body) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      socket.setSoTimeout(LOOK_MILLIS);
      byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
      socket
          .getOutputStream()
          .write(
              StoreContract.bytes(
                  line
                      + " HTTP/1.1\r\nHost: here\r\nContent-Length: "
                      + bytes.length
                      + "\r\n\r\n"));
      socket.getOutputStream().write(bytes);
      var in = new BufferedInputStream(new Patient(socket.getInputStream()));
      HttpHead head = HttpHead.read(in).orElseThrow(() -> new EOFException("no answer"));
      if (head.status() == 404) {
        throw new NoSuchObjectException(key, null);
      }
      if (head.status() / 100 == 4) {
        throw new ReplicaException(
            Kind.DENIED, "send", key, "HTTP " + head.status(), "the server refuses it", null);
      }
      if (head.status() != 200) {
        throw new IOException("status " + head.status());
      }
      int length = Math.toIntExact(head.contentLength().orElse(0L));
      byte[] answer = in.readNBytes(length);
      if (checksLengths && answer.length < length) {
        throw new EOFException("the answer ends early");
      }
      return answer;
    }
  }

  @Override
  public void close() {}
}
