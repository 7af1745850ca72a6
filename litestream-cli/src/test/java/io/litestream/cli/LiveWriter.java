package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An application that goes on committing, a row at a time, whatever else happens. */
final class LiveWriter implements AutoCloseable {

  private static final String INSERT = "INSERT INTO t (x) VALUES (randomblob(2000))";

  private final Thread thread;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private LiveWriter(Path database) {
    thread = new Thread(() -> write(database), "application");
  }

  /** Makes the database, and begins to write to it. */
  static LiveWriter start(Path database) throws SQLException {
    createTable(database);
    var writer = new LiveWriter(database);
    writer.thread.start();
    return writer;
  }

  static void createTable(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA journal_mode=wal");
      s.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  /** Commits some rows. */
  static void insert(Path database, int rows) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA busy_timeout=5000");
      for (int i = 0; i < rows; i++) {
        s.execute(INSERT);
      }
    }
  }

  private void write(Path database) {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA busy_timeout=5000");
      s.execute("PRAGMA synchronous=NORMAL");
      while (!stopped) {
        s.execute(INSERT);
        TimeUnit.MILLISECONDS.sleep(2);
      }
    } catch (SQLException | InterruptedException e) {
      failure.set(e);
    }
  }

  /** The number of rows, which have all numbers from 1 on: a prefix of the history. */
  static long rows(Path database) throws SQLException {
    DatabasePages.assertIntact(database);
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      String count = DatabasePages.only(s, "SELECT count(*) FROM t");
      assertThat(DatabasePages.only(s, "SELECT coalesce(max(id), 0) FROM t")).isEqualTo(count);
      return Long.parseLong(count);
    }
  }

  /** Asserts that it has met with no error so far. */
  void assertUndisturbed() {
    assertThat(failure.get()).isNull();
  }

  /** Ends the application, which must have met with no error. */
  void stop() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertUndisturbed();
  }

  @Override
  public void close() {
    stop();
  }
}
