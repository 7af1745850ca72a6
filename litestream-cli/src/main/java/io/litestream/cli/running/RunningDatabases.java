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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

  /** For a last sync with credentials that may be void, and for what a sync just before left. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  /** Side by side, since each may have to wait for its store. */
  private static final int CLOSING_THREADS = 8;

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
  private final Duration shutdownTimeout;
  private final ReentrantLock changing = new ReentrantLock(true);

  // Changed by those who hold the lock, read by anybody.
  private final Map<Path, Replication> running = new ConcurrentHashMap<>();
  private final Map<Path, DatabaseOptions> registered = new ConcurrentHashMap<>();
  private final Set<Path> stopped = ConcurrentHashMap.newKeySet();

  /** What could not be replicated, and why; so that each reason is told once. */
  private final Map<Path, String> failing = new ConcurrentHashMap<>();

  private volatile Configuration configuration;

  private final Map<Path, String> unreadable = new HashMap<>();
  private final ScheduledThreadPoolExecutor clock;

  private RunningDatabases(
      Litestream engine, Configuration configuration, Duration shutdownTimeout) {
    this.engine = engine;
    this.configuration = configuration;
    this.shutdownTimeout = shutdownTimeout;
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
      databases.replicate(named);
      BeginningLog.withReplicas(named);
    }
    configuration.directories().forEach(databases::look);
    long pause = INTERVAL.toMillis();
    // What it returns only tells of exceptions, which tick() does not throw.
    var unused =
        databases.clock.scheduleWithFixedDelay(
            databases::tick, pause, pause, TimeUnit.MILLISECONDS);
    return databases;
  }

  private void replicate(DatabaseOptions database) throws IOException {
    running.put(database.path(), engine.replicate(database));
    failing.remove(database.path());
  }

  private void tick() {
    if (!changing.tryLock()) {
      return; // somebody else is changing something; the next look is soon
    }
    try {
      retry();
      configuration.directories().stream().filter(DatabaseDirectory::watch).forEach(this::look);
    } finally {
      changing.unlock();
    }
  }

  /** Those in directories are found again by looking there. */
  private void retry() {
    for (Path path : List.copyOf(failing.keySet())) {
      named(path).ifPresent(this::begin);
    }
  }

  private Optional<DatabaseOptions> named(Path path) {
    return Optional.ofNullable(registered.get(path))
        .or(
            () ->
                configuration.databases().stream()
                    .filter(named -> named.path().equals(path))
                    .findFirst());
  }

  private void look(DatabaseDirectory directory) {
    List<DatabaseOptions> found;
    try {
      found = directory.scan();
      unreadable.remove(directory.directory());
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e);
      if (!reason.equals(unreadable.put(directory.directory(), reason))) {
        log.atError()
            .addKeyValue("dir", directory.directory())
            .addKeyValue("error", reason)
            .log("cannot look for databases");
      }
      return; // what is being replicated goes on: that it is gone is not known
    }
    Set<Path> present = new HashSet<>();
    for (DatabaseOptions database : found) {
      present.add(database.path());
      if (!running.containsKey(database.path()) && named(database.path()).isEmpty()) {
        begin(database);
      }
    }
    letGo(directory, present);
  }

  private void begin(DatabaseOptions database) {
    Path path = database.path();
    if (stopped.contains(path)) {
      return;
    }
    try {
      replicate(database);
      if (named(path).isPresent()) {
        BeginningLog.withReplicas(database);
      } else {
        BeginningLog.database(database);
      }
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(failing.put(path, reason))) {
        log.atError()
            .addKeyValue("db", path)
            .addKeyValue("error", reason)
            .log("cannot replicate database");
      }
    }
  }

  private void letGo(DatabaseDirectory directory, Set<Path> present) {
    failing.keySet().removeIf(path -> !present.contains(path) && isOnlyIn(directory, path));
    for (Path path : List.copyOf(running.keySet())) {
      if (!present.contains(path) && isOnlyIn(directory, path) && !Files.exists(path)) {
        log.atInfo().addKeyValue("db", path).log("database is gone; let go of it");
        end(path, shutdownTimeout);
      }
    }
  }

  private boolean isOnlyIn(DatabaseDirectory directory, Path path) {
    return path.startsWith(directory.directory()) && named(path).isEmpty();
  }

  /** Ends one; that something did not reach its replica is a warning. */
  private void end(Path path, Duration lastSync) {
    Replication replication = running.remove(path);
    if (replication == null) {
      return;
    }
    try {
      replication.close(lastSync);
    } catch (IOException | RuntimeException e) {
      log.atWarn().addKeyValue("db", path).addKeyValue("error", e.getMessage()).log("let go");
    }
  }

  /**
   * Puts another configuration into effect, as far as databases are concerned. What it says nothing
   * new of goes on untouched.
   *
   * @return what was done
   * @throws IOException if a setting in it is wrong; then nothing has been changed
   */
  ReloadPlan reload(Configuration wanted) throws IOException {
    changing.lock();
    try {
      Map<Path, DatabaseOptions> options = new TreeMap<>();
      running.forEach((path, replication) -> options.put(path, replication.options()));
      ReloadPlan plan =
          ReloadPlan.compute(configuration, wanted, options, registered.keySet(), stopped);
      for (DatabaseOptions database : plan.beginning()) {
        engine.checkSettings(database);
      }
      for (DatabaseDirectory directory : wanted.directories()) {
        engine.checkSettings(directory.options());
      }
      configuration = wanted;
      // The configuration has them now, or nobody.
      registered.keySet().removeIf(path -> wanted.database(path).isPresent());
      Set<Path> known = registered.keySet();
      stopped.removeIf(path -> wanted.database(path).isEmpty() && !known.contains(path));
      failing.keySet().removeIf(path -> wanted.database(path).isEmpty() && !known.contains(path));
      endAll(plan);
      plan.beginning().forEach(this::begin);
      wanted.directories().forEach(this::look);
      return plan;
    } finally {
      changing.unlock();
    }
  }

  /** Each is closed before any is begun: one may take the place of another. */
  private void endAll(ReloadPlan plan) {
    List<Runnable> ends = new ArrayList<>();
    for (Path path : plan.end()) {
      log.atInfo().addKeyValue("db", path).log("database is not configured any more; let go of it");
      ends.add(() -> end(path, shutdownTimeout));
    }
    for (ReloadPlan.Restart restart : plan.restart()) {
      Path path = restart.to().path();
      Duration lastSync = restart.newCredentials() ? SHORT : shutdownTimeout;
      log.atInfo().addKeyValue("db", path).log("database is configured otherwise; begins anew");
      ends.add(() -> end(path, lastSync));
    }
    if (ends.isEmpty()) {
      return;
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(CLOSING_THREADS, ends.size()));
    List<Future<?>> ended = new ArrayList<>();
    ends.forEach(end -> ended.add(threads.submit(end)));
    threads.shutdown();
    try {
      for (Future<?> each : ended) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("end() throws nothing", e);
    }
  }

  /** The configuration that is in effect. */
  Configuration configuration() {
    return configuration;
  }

  /** One that is being replicated now. */
  public Optional<Replication> find(Path path) {
    return Optional.ofNullable(running.get(path));
  }

  /** All databases by their paths. */
  public Map<Path, State> states() {
    Map<Path, State> states = new TreeMap<>();
    failing.keySet().forEach(path -> states.put(path, State.FAILING));
    stopped.forEach(path -> states.put(path, State.STOPPED));
    running.keySet().forEach(path -> states.put(path, State.REPLICATING));
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
      if (running.containsKey(path)) {
        return false;
      }
      DatabaseOptions options =
          Optional.ofNullable(registered.get(path))
              .or(() -> configuration.database(path))
              // A name that a directory's pattern fits is no database yet.
              .filter(each -> named(path).isPresent() || Files.exists(path))
              .orElseThrow(() -> new NotReplicatedException(path));
      stopped.remove(path);
      log.atInfo().addKeyValue("db", path).log("replication is resumed by hand");
      begin(options);
      String reason = failing.get(path);
      if (reason != null) {
        throw new IOException(reason);
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
    Optional<IOException> failure = syncOnce(path, lastSync);
    changing.lock();
    try {
      if (!running.containsKey(path) && !failing.containsKey(path)) {
        if (stopped.contains(path)) {
          return false;
        }
        throw new NotReplicatedException(path);
      }
      stopped.add(path);
      failing.remove(path);
      log.atInfo().addKeyValue("db", path).log("replication is stopped by hand");
      end(path, failure.isEmpty() ? SHORT : Duration.ZERO);
    } finally {
      changing.unlock();
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return true;
  }

  private Optional<IOException> syncOnce(Path path, Duration patience) throws InterruptedException {
    Replication replication = running.get(path);
    if (replication == null) {
      return Optional.empty();
    }
    try {
      replication.sync(patience);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
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
      Path path = database.path();
      if (registered.containsKey(path) || configuration.database(path).isPresent()) {
        return false;
      }
      replicate(database);
      registered.put(path, database);
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
    Optional<IOException> failure = syncOnce(path, lastSync);
    changing.lock();
    try {
      if (!isRegistered(path)) {
        return false;
      }
      registered.remove(path);
      log.atInfo().addKeyValue("db", path).log("database is unregistered");
      stopped.remove(path);
      failing.remove(path);
      end(path, failure.isEmpty() ? SHORT : Duration.ZERO);
    } finally {
      changing.unlock();
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return true;
  }

  private boolean isRegistered(Path path) {
    if (registered.containsKey(path)) {
      return true;
    }
    if (configuration.database(path).isPresent()) {
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
