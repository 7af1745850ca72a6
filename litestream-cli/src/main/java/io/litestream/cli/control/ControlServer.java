package io.litestream.cli.control;

import io.litestream.cli.config.ControlSettings;
import io.litestream.cli.output.JsonText;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests on the control socket. One request for each connection; so many at once, of such a
 * size, sent and read within such a time, and no more.
 */
public final class ControlServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

  private static final int CONNECTIONS = 16;
  private static final int MAX_BODY = 64 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Map<Integer, String> REASONS =
      Map.of(
          200, "OK",
          400, "Bad Request",
          404, "Not Found",
          405, "Method Not Allowed",
          409, "Conflict",
          500, "Internal Server Error",
          503, "Service Unavailable");

  private final ControlSettings settings;
  private final ControlApi api;
  private final ThreadPoolExecutor threads;
  private Optional<SocketFile> socket = Optional.empty();

  /**
   * @param api does what the requests say
   */
  public ControlServer(ControlSettings settings, ControlApi api) {
    this.settings = settings;
    this.api = api;
    this.threads =
        new ThreadPoolExecutor(
            0,
            CONNECTIONS + 1,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            body -> {
              Thread thread = new Thread(body, "litestream-control");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins to listen, if that is configured. A socket that is not to be had is an error in the log
   * and no more: replication matters more than whether it can be controlled.
   */
  public void start() {
    socket = bind(settings);
    socket.ifPresent(
        bound -> {
          threads.execute(() -> accept(bound));
          log.atInfo().addKeyValue("path", bound.path()).log("control socket listening");
        });
  }

  private static Optional<SocketFile> bind(ControlSettings settings) {
    if (!settings.enabled()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SocketFile.bind(settings));
    } catch (IOException e) {
      log.atError()
          .addKeyValue("path", settings.path())
          .setCause(e)
          .log("cannot listen on the control socket");
      return Optional.empty();
    }
  }

  private void accept(SocketFile bound) {
    while (bound.channel().isOpen()) {
      try {
        SocketChannel connection = bound.channel().accept();
        try {
          threads.execute(() -> serve(connection));
        } catch (RejectedExecutionException e) {
          connection.close(); // as many are being served as there may be
        }
      } catch (IOException e) {
        if (bound.channel().isOpen()) {
          log.atWarn().setCause(e).log("control socket");
          pause();
        }
      }
    }
  }

  /** Out of descriptors, the next try would fail at once as well. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      Optional<ControlApi.Answer> answer = answer(connection);
      if (answer.isPresent()) {
        send(connection, answer.get());
      }
    } catch (IOException e) {
      log.atDebug().setCause(e).log("control socket"); // whoever asked has gone
    }
  }

  /** Empty if nobody waits for one. */
  private Optional<ControlApi.Answer> answer(SocketChannel connection) {
    Optional<HttpMessage> request;
    ChannelLimit limit = ChannelLimit.of(connection, PATIENCE);
    try {
      InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
      request = HttpMessage.read(in, MAX_BODY);
    } catch (IOException e) {
      return connection.isOpen()
          ? Optional.of(ControlApi.Answer.error(400, String.valueOf(e.getMessage())))
          : Optional.empty(); // it was too slow
    } finally {
      limit.lift();
    }
    return request.map(api::answer);
  }

  private static void send(SocketChannel connection, ControlApi.Answer answer) throws IOException {
    HttpMessage message =
        new HttpMessage(
            "HTTP/1.1 " + answer.status() + " " + REASONS.getOrDefault(answer.status(), "Answer"),
            JsonText.of(answer.json()) + "\n");
    ChannelLimit limit = ChannelLimit.of(connection, PATIENCE);
    try {
      message.writeTo(Channels.newOutputStream(connection));
    } finally {
      limit.lift();
    }
  }

  /** Takes no more requests; those under way are broken off. */
  @Override
  public void close() {
    try {
      if (socket.isPresent()) {
        socket.get().close();
      }
    } catch (IOException e) {
      log.atWarn().setCause(e).log("control socket cannot be removed");
    }
    threads.shutdownNow();
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
