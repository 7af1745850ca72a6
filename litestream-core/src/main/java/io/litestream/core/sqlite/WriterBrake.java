package io.litestream.core.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds an application's writers back for moments, so that a checkpoint gets ahead of them: a
 * thread that takes the write lock, once or again and again, until it is closed. Not being able to
 * is no failure.
 */
public final class WriterBrake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WriterBrake.class);

  /** What an application hardly notices as a pause. */
  private static final Duration HELD = Duration.ofMillis(200);

  /** Long enough for SQLite's own busy handler, which tries at least once in 100 ms, to find it. */
  private static final Duration FREE = Duration.ofMillis(100);

  private static final Duration POLL = Duration.ofMillis(5);

  private final Path database;
  private final boolean repeated;
  private final Thread thread;
  private volatile boolean closed;

  /** How often the lock was taken; -1 when it will not be any more. */
  private volatile int times;

  WriterBrake(Path database, boolean repeated) {
    this.database = database;
    this.repeated = repeated;
    thread = new Thread(this::run, "litestream-brake");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (SqliteConnection connection = SqliteConnection.readWrite(database, Duration.ZERO)) {
      for (int taken = 0; !closed && (repeated || taken == 0); ) {
        if (lock(connection)) {
          times = ++taken;
          pause(HELD);
          connection.execute("ROLLBACK");
          pause(FREE);
        } else {
          pause(POLL);
        }
      }
    } catch (SQLException e) {
      log.atDebug().addKeyValue("db", database).setCause(e).log("writers cannot be held back");
    }
    times = -1;
  }

  /** Waits until nobody can write for a moment, beginning now. */
  public void awaitHeld() {
    int before = times;
    while (times == before && times >= 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, POLL.toNanos());
    }
  }

  private static boolean lock(SqliteConnection connection) throws SQLException {
    try {
      connection.execute("BEGIN IMMEDIATE");
      return true;
    } catch (SQLException e) {
      if (SqliteConnection.isBusy(e)) {
        return false;
      }
      throw e;
    }
  }

  private void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

  /** Lets the writers go, and waits until that is done. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
