package io.litestream.cli.running;

import io.litestream.cli.config.Configuration;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration again when somebody asks for it, and puts it into effect. */
public final class Reload implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reload.class);

  /** Where a configuration comes from. */
  public interface Source {
    /**
     * Reads it anew.
     *
     * @throws IOException if it cannot be used; the message is one line
     */
    Configuration read() throws IOException;
  }

  /** What else follows from a new configuration. */
  public interface Listener {
    /** One took the place of another. */
    void onReload(Configuration before, Configuration now);
  }

  private final Source source;
  private final RunningDatabases databases;
  private final Listener listener;
  private final ThreadPoolExecutor thread;

  /**
   * @param databases that it is about
   */
  public Reload(Source source, RunningDatabases databases, Listener listener) {
    this.source = source;
    this.databases = databases;
    this.listener = listener;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            // One that waits sees what all who ask meanwhile have written.
            new ArrayBlockingQueue<>(1),
            body -> {
              Thread each = new Thread(body, "litestream-reload");
              each.setDaemon(true);
              return each;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    thread.allowCoreThreadTimeOut(true);
  }

  /** Has it done, from the beginning, after this call. Returns at once. */
  public void request() {
    thread.execute(this::run);
  }

  private void run() {
    Configuration before = databases.configuration();
    Configuration wanted;
    ReloadPlan plan;
    try {
      wanted = source.read();
      plan = databases.reload(wanted);
    } catch (IOException | RuntimeException e) {
      log.atError().setCause(e).log("configuration not reloaded, nothing was changed");
      return;
    }
    listener.onReload(before, wanted);
    log.atInfo()
        .addKeyValue("begun", plan.begin().size())
        .addKeyValue("changed", plan.restart().size())
        .addKeyValue("ended", plan.end().size())
        .log("configuration reloaded");
    if (!plan.needRestart().isEmpty()) {
      log.atWarn()
          .addKeyValue("keys", String.join(",", plan.needRestart()))
          .log("configuration has changes that take effect with a restart only");
    }
  }

  /** Takes no more requests, and waits for the one under way. */
  @Override
  public void close() {
    thread.getQueue().clear();
    thread.shutdown();
    try {
      thread.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
