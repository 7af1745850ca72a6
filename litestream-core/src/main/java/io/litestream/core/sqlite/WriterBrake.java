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

  /** Enough for a call to SQLite to take its locks. */
  private static final Duration SOON = Duration.ofMillis(5);

  private static final Duration POLL = Duration.ofMillis(1);

  private final Path database;
  private final boolean repeated;
  private final Thread thread;
  private volatile boolean closed;
  private volatile long releaseAt;

  /** Whether {@link #awaitHeld} was called. Of the thread that waits. */
  private boolean awaited;

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
        if (connection.tryBeginImmediate()) {
          releaseAt = System.nanoTime() + HELD.toNanos();
          times = ++taken;
          hold();
          connection.execute("ROLLBACK");
          pause(FREE.toNanos());
        } else {
          pause(LiveDatabase.LOCK_POLL_NANOS);
        }
      }
    } catch (SQLException e) {
      log.atDebug().addKeyValue("db", database).setCause(e).log("writers cannot be held back");
    }
    times = -1;
  }

  /**
   * Waits until nobody can write for a moment, beginning now.
   *
   * @param patience how long; a transaction of the application's may take as long as it likes
   * @return whether that came to be
   */
  public boolean awaitHeld(Duration patience) {
    // The first time may have begun before this thread came here.
    int before = awaited ? times : 0;
    awaited = true;
    long deadline = System.nanoTime() + patience.toNanos();
    while (times == before) {
      if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(this, POLL.toNanos());
    }
    return times >= 0;
  }

  private void hold() {
    for (long left = releaseAt - System.nanoTime();
        left > 0 && !closed;
        left = releaseAt - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

  private void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !closed; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }

  /**
   * Lets the writers go soon: as soon as what the caller begins now has its locks. Only if it is
   * not to hold them again and again.
   */
  public void releaseSoon() {
    releaseAt = System.nanoTime() + SOON.toNanos();
    LockSupport.unpark(thread);
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
