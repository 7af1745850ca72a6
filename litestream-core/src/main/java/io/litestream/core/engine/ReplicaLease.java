package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import io.litestream.core.lease.LeaseRecord;
import io.litestream.core.lease.LeaseState;
import io.litestream.core.lease.LeaseState.Candidate;
import io.litestream.core.lease.LeaseState.Held;
import io.litestream.core.lease.LeaseState.Step;
import io.litestream.core.lease.LeaseState.Unknown;
import io.litestream.core.lease.LeaseState.Waiting;
import io.litestream.core.lease.Moment;
import io.litestream.core.replica.LeaseEpochs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Holds the lease of one replica for one database, or waits for it. Looks and renews on a thread
 * that no upload occupies; what it says to others is only read.
 *
 * <p>Whatever request fails or whose answer is lost: what it holds runs out by itself, by its own
 * clocks, before anybody else may take it.
 */
final class ReplicaLease {

  /** Names where a lease's holder is found out. */
  interface Owner {
    String name() throws IOException;
  }

  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final int RENEWALS_BETWEEN_CLEANUPS = 60;
  private static final String HOLDER = holder();

  private final LeaseEpochs epochs;
  private final Owner owner;
  private final Duration ttl;
  private final String session = UUID.randomUUID().toString();
  private final Executor threads;
  private final ScheduledExecutorService clock;
  private final Clock wallClock;
  private final Function<Level, LoggingEventBuilder> log;
  private final Runnable onHeld;
  private final ReentrantLock turn = new ReentrantLock();

  private volatile LeaseState state = new Unknown(true);
  private volatile Optional<String> problem = Optional.of("the lease has not been taken yet");
  private volatile boolean stopped;

  /** Grows each time that somebody else may have written before. */
  private final AtomicInteger acquisitions = new AtomicInteger();

  private boolean proved;
  private int renewals;
  private @Nullable Future<?> next;

  /**
   * @param owner of the database's meta directory
   * @param log begins a line that names database and replica
   * @param onHeld is told when it holds the lease again
   */
  ReplicaLease(
      LeaseEpochs epochs,
      Owner owner,
      Duration ttl,
      Executor threads,
      ScheduledExecutorService clock,
      Clock wallClock,
      Function<Level, LoggingEventBuilder> log,
      Runnable onHeld) {
    this.epochs = epochs;
    this.owner = owner;
    this.ttl = ttl;
    this.threads = threads;
    this.clock = clock;
    this.wallClock = wallClock;
    this.log = log;
    this.onHeld = onHeld;
  }

  private static String holder() {
    String host = System.getenv().getOrDefault("HOSTNAME", "");
    try {
      host = host.isEmpty() ? InetAddress.getLocalHost().getHostName() : host;
    } catch (UnknownHostException e) {
      host = "unknown host";
    }
    return host.replaceAll("[\\r\\n]", " ") + ":" + ProcessHandle.current().pid();
  }

  void begin() {
    run(Duration.ZERO);
  }

  private Moment now() {
    return new Moment(wallClock.instant(), System.nanoTime());
  }

  /** Whether something may be made visible, or deleted, now. */
  boolean mayWrite() {
    return LeaseState.mayWrite(state, ttl, now());
  }

  /**
   * Keeps from it who may not.
   *
   * @throws IOException with the reason
   */
  void requireMayWrite() throws IOException {
    if (!mayWrite()) {
      throw new IOException(problem().orElse("the lease ran out"));
    }
  }

  /** Differs from what it was before if others may have written meanwhile. */
  int acquisitions() {
    return acquisitions.get();
  }

  /** Why nothing may be written, if so. */
  Optional<String> problem() {
    return mayWrite() ? Optional.empty() : problem.or(() -> Optional.of("the lease ran out"));
  }

  DatabaseStatus.Lease status() {
    LeaseState present = state;
    long epoch =
        present instanceof Held held
            ? held.epoch()
            : present instanceof Waiting waiting ? waiting.epoch() : 0;
    Optional<String> other =
        present instanceof Waiting waiting
            ? waiting.other().map(LeaseRecord::holder)
            : Optional.empty();
    return new DatabaseStatus.Lease(mayWrite(), epoch, other);
  }

  private synchronized void run(Duration delay) {
    if (stopped) {
      return;
    }
    try {
      next =
          clock.schedule(
              () -> {
                try {
                  threads.execute(this::look);
                } catch (RejectedExecutionException e) {
                  stopped = true; // the engine is closed
                }
              },
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      stopped = true;
    }
  }

  private void look() {
    turn.lock();
    try {
      if (stopped) {
        return;
      }
      Duration pause = ttl.dividedBy(3);
      try {
        step(new Candidate(owner.name(), session, ttl));
      } catch (NoSuchFileException e) {
        pause = Duration.ofSeconds(1); // there is no database to write yet
      } catch (IOException | RuntimeException e) {
        failed(String.valueOf(e.getMessage()));
        pause = ttl.dividedBy(6);
      }
      run(pause);
    } finally {
      turn.unlock();
    }
  }

  private void failed(String reason) {
    if (!problem.equals(Optional.of(reason)) && !stopped) {
      log.apply(Level.WARN).addKeyValue("error", reason).log("lease cannot be taken or renewed");
    }
    problem = Optional.of(reason);
    giveUpIfRunOut();
  }

  /** What was thought to be safe is not written any more. */
  private void giveUpIfRunOut() {
    if (state instanceof Held && !mayWrite()) {
      log.apply(Level.ERROR).log("lease ran out; nothing is written until it is held again");
      state = new Unknown(false);
    }
  }

  private void step(Candidate me) throws IOException {
    giveUpIfRunOut();
    LeaseState before = state;
    if (before instanceof Held held) {
      if (take(me, held.epoch() + 1)) {
        renewals++;
        cleanUpAtTimes();
        return;
      }
      // Somebody made the next epoch. It may have been this process, if an answer was lost.
      before = new Unknown(false);
      state = before;
    }
    long epoch = epochs.newest();
    Optional<LeaseRecord> newest = epoch == 0 ? Optional.empty() : epochs.read(epoch);
    Step step = LeaseState.decide(before, me, epoch, newest, now());
    if (step instanceof Step.Wait wait) {
      waiting(wait.state());
    } else if (step instanceof Step.Take taken && !take(me, taken.epoch())) {
      throw new IOException("another writer was faster to take the lease");
    }
  }

  private void waiting(Waiting waiting) {
    String holder = waiting.other().map(LeaseRecord::holder).orElse("somebody");
    String reason = "the lease is held by another writer, " + holder;
    if (!problem.equals(Optional.of(reason))) {
      // An error for who has held it: what was thought to be safe is not written any more.
      log.apply(acquisitions.get() > 0 ? Level.ERROR : Level.WARN)
          .addKeyValue("holder", holder)
          .addKeyValue("epoch", waiting.epoch())
          .log("lease is held by another writer; nothing is written until it is free");
    }
    problem = Optional.of(reason);
    state = waiting;
  }

  private boolean take(Candidate me, long epoch) throws IOException {
    boolean held = state instanceof Held && mayWrite();
    Moment asked = now();
    LeaseRecord record = new LeaseRecord(me.owner(), session, ttl, false, HOLDER);
    if (!epochs.make(epoch, record)) {
      return false;
    }
    if (!proved) {
      // Some stores take the condition, and do not know it.
      if (epochs.make(epoch, record)) {
        throw new IOException(
            "the store writes over objects although it is told not to, so it cannot keep a lease;"
                + " set 'lease' to off");
      }
      proved = true;
    }
    if (!held) {
      acquisitions.incrementAndGet();
      log.apply(Level.INFO).addKeyValue("epoch", epoch).log("lease acquired");
    }
    state = new Held(epoch, asked);
    problem = Optional.empty();
    if (!held) {
      onHeld.run();
    }
    return true;
  }

  private void cleanUpAtTimes() throws IOException {
    if (renewals % RENEWALS_BETWEEN_CLEANUPS == 1) {
      epochs.removeOld();
    }
  }

  /** Ends; whoever waits need not wait for the time to run out. The store is still open. */
  void release() {
    synchronized (this) {
      stopped = true;
      if (next != null) {
        next.cancel(false);
      }
    }
    try {
      if (turn.tryLock(SHORT.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          makeReleased();
        } finally {
          turn.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    state = new Unknown(false);
  }

  private void makeReleased() {
    if (!(state instanceof Held held) || !mayWrite()) {
      return;
    }
    try {
      LeaseRecord record = new LeaseRecord(owner.name(), session, ttl, true, HOLDER);
      boolean released = epochs.make(held.epoch() + 1, record);
      log.apply(Level.DEBUG).addKeyValue("released", released).log("lease released");
    } catch (IOException e) {
      log.apply(Level.DEBUG).setCause(e).log("lease not released; it runs out");
    }
  }
}
