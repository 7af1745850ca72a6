package io.litestream.cli.running;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.Replication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The databases that this process replicates: those that its configuration names, those in the
 * directories of it, and those that were registered by hand; without those that were stopped by
 * hand. One of them that cannot be replicated does not keep the others from it; it is tried again
 * each second. All methods may be called by any thread; one change is made after the other.
 */
public final class RunningDatabases implements AutoCloseable {

  /** Between two looks at directories, and two tries of what could not be replicated. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(RunningDatabases.class);

  /** How a database stands. */
  public enum State {
    REPLICATING,
    /** By hand. */
    STOPPED,
    /** It is to be replicated, and could not be so far. */
    FAILING
  }

  private final Litestream engine;
  private final ReentrantLock changing = new ReentrantLock(true);

  // Changed by those who hold the lock, read by anybody.
  private final WantedDatabases wanted;
  private final Replications replications;

  private final DirectoryLook directories;
  private final ScheduledThreadPoolExecutor clock;

  private RunningDatabases(
      Litestream engine, Configuration configuration, Duration shutdownTimeout) {
    this.engine = engine;
    this.wanted = new WantedDatabases(configuration);
    this.replications = new Replications(engine, wanted, shutdownTimeout);
    this.directories = new DirectoryLook(wanted, replications);
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "litestream-databases");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins with the databases that are named, and those that are in the directories now.
   *
   * @param shutdownTimeout for the last sync of a database that is not to be replicated any more
   * @throws IOException if one that is named cannot be replicated
   */
  public static RunningDatabases start(
      Litestream engine, Configuration configuration, Duration shutdownTimeout) throws IOException {
    RunningDatabases databases = new RunningDatabases(engine, configuration, shutdownTimeout);
    for (DatabaseOptions named : configuration.databases()) {
      databases.replications.replicate(named);
      BeginningLog.withReplicas(named);
    }
    configuration.directories().forEach(databases.directories::look);
    long pause = INTERVAL.toMillis();
    // What it returns only tells of exceptions, which tick() does not throw.
    var unused =
        databases.clock.scheduleWithFixedDelay(
            databases::tick, pause, pause, TimeUnit.MILLISECONDS);
    return databases;
  }

  private void tick() {
    if (!changing.tryLock()) {
      return; // somebody else is changing something; the next look is soon
    }
    try {
      retry();
      wanted.configuration().directories().stream()
          .filter(DatabaseDirectory::watch)
          .forEach(directories::look);
    } finally {
      changing.unlock();
    }
  }

  /** Those in directories are found again by looking there. */
  private void retry() {
    for (Path path : replications.failing()) {
      wanted.named(path).ifPresent(replications::begin);
    }
  }

  /**
   * Puts another configuration into effect, as far as databases are concerned. What it says nothing
   * new of goes on untouched.
   *
   * @return what was done
   * @throws IOException if a setting in it is wrong; then nothing has been changed
   */
  ReloadPlan reload(Configuration next) throws IOException {
    changing.lock();
    try {
      ReloadPlan plan = wanted.planFor(next, replications.options());
      for (DatabaseOptions database : plan.beginning()) {
        engine.checkSettings(database);
      }
      for (DatabaseDirectory directory : next.directories()) {
        engine.checkSettings(directory.options());
      }
      wanted.adopt(next);
      replications.forgetFailures(path -> wanted.find(path).isEmpty());
      replications.endAll(plan);
      plan.beginning().forEach(replications::begin);
      next.directories().forEach(directories::look);
      return plan;
    } finally {
      changing.unlock();
    }
  }

  /** The configuration that is in effect. */
  Configuration configuration() {
    return wanted.configuration();
  }

  /** One that is being replicated now. */
  public Optional<Replication> find(Path path) {
    return replications.find(path);
  }

  /** All databases by their paths. */
  public Map<Path, State> states() {
    Map<Path, State> states = new TreeMap<>();
    replications.failing().forEach(path -> states.put(path, State.FAILING));
    wanted.stopped().forEach(path -> states.put(path, State.STOPPED));
    replications.running().forEach(path -> states.put(path, State.REPLICATING));
    return states;
  }

  /**
   * Begins to replicate one again that was stopped.
   *
   * @return false if it is being replicated; nothing is changed then
   * @throws NotReplicatedException if it is neither configured nor registered
   * @throws IOException if it cannot be replicated now; it is tried again
   */
  public boolean resume(Path path) throws IOException {
    changing.lock();
    try {
      if (replications.isRunning(path)) {
        return false;
      }
      DatabaseOptions options =
          wanted
              .find(path)
              // A name that a directory's pattern fits is no database yet.
              .filter(each -> wanted.named(path).isPresent() || Files.exists(path))
              .orElseThrow(() -> new NotReplicatedException(path));
      wanted.resume(path);
      log.atInfo().addKeyValue("db", path).log("replication is resumed by hand");
      replications.begin(options);
      Optional<String> reason = replications.failure(path);
      if (reason.isPresent()) {
        throw new IOException(reason.get());
      }
      return true;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Ends the replication of one until it is resumed, over reloads, but not over a restart of the
   * process. Waits for a last sync; others can be changed meanwhile.
   *
   * @return false if it was stopped before; nothing is changed then
   * @throws NotReplicatedException if it is not known
   * @throws IOException if something committed is not in every replica; it is stopped all the same
   */
  public boolean stop(Path path, Duration lastSync) throws IOException, InterruptedException {
    Optional<IOException> failure = replications.sync(path, lastSync);
    changing.lock();
    try {
      if (!replications.isRunning(path) && replications.failure(path).isEmpty()) {
        if (wanted.isStopped(path)) {
          return false;
        }
        throw new NotReplicatedException(path);
      }
      wanted.stop(path);
      replications.forgetFailures(path::equals);
      log.atInfo().addKeyValue("db", path).log("replication is stopped by hand");
      endAfterSync(path, failure);
    } finally {
      changing.unlock();
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return true;
  }

  /** What could not be synced just now is not waited for again. */
  private void endAfterSync(Path path, Optional<IOException> failure) {
    replications.end(path, failure.isEmpty() ? Replications.SHORT : Duration.ZERO);
  }

  /**
   * Adds one, until it is unregistered or the process ends.
   *
   * @return false if it is there already, however it is replicated; nothing is changed then
   * @throws IOException if it cannot be replicated
   */
  public boolean register(DatabaseOptions database) throws IOException {
    changing.lock();
    try {
      if (wanted.find(database.path()).isPresent()) {
        return false;
      }
      replications.replicate(database);
      wanted.register(database);
      BeginningLog.withReplicas(database);
      return true;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Takes one away that was registered. Waits for a last sync; others can be changed meanwhile.
   *
   * @return false if it is not known; nothing is changed then
   * @throws IllegalStateException if the configuration has it
   * @throws IOException if something committed is not in every replica; it is gone all the same
   */
  public boolean unregister(Path path, Duration lastSync) throws IOException, InterruptedException {
    if (!isRegistered(path)) {
      return false;
    }
    Optional<IOException> failure = replications.sync(path, lastSync);
    changing.lock();
    try {
      if (!isRegistered(path)) {
        return false;
      }
      wanted.unregister(path);
      log.atInfo().addKeyValue("db", path).log("database is unregistered");
      replications.forgetFailures(path::equals);
      endAfterSync(path, failure);
    } finally {
      changing.unlock();
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return true;
  }

  private boolean isRegistered(Path path) {
    if (wanted.isRegistered(path)) {
      return true;
    }
    if (wanted.find(path).isPresent()) {
      throw new IllegalStateException(
          "database is in the configuration: "
              + path
              + "; take it out there and reload, or stop it");
    }
    return false;
  }

  /** Ends the looking; what is being replicated goes on, for the engine to close. */
  @Override
  public void close() {
    clock.shutdown();
    try {
      clock.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
