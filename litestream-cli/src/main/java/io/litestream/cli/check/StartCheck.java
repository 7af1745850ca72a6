package io.litestream.cli.check;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.check.Finding;
import io.litestream.core.check.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Probes the replicas beside replication that is beginning, and logs one line for each, so that a
 * missing permission is known in the first second and not when it is needed. Holds nothing up. Any
 * thread may use it.
 */
public final class StartCheck implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StartCheck.class);

  private final ReplicaStores adapters;
  private final ReplicationObserver observer;
  private final Clock clock;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /**
   * @param observer is told of the requests that it takes
   */
  public StartCheck(ReplicaStores adapters, ReplicationObserver observer, Clock clock) {
    this.adapters = adapters;
    this.observer = observer;
    this.clock = clock;
  }

  /** Begins with these. Returns at once. */
  public void begin(List<DatabaseOptions> databases) {
    Thread thread =
        new Thread(
            () -> {
              run(databases);
              threads.remove(Thread.currentThread());
            },
            "litestream-check");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void run(List<DatabaseOptions> databases) {
    for (DatabaseOptions database : databases) {
      for (ReplicaOptions replica : database.replicas()) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        check(database.path(), replica);
      }
    }
  }

  private void check(Path database, ReplicaOptions replica) {
    List<Finding> findings =
        ReplicaProbe.run(
            adapters, replica, request -> observer.onRequest(database, replica, request), clock);
    if (Thread.currentThread().isInterrupted()) {
      return; // what failed then says nothing about the store
    }
    boolean failed = findings.stream().anyMatch(finding -> finding.verdict().isFailure());
    LoggingEventBuilder event =
        log.atLevel(failed ? Level.ERROR : Level.INFO)
            .addKeyValue("db", database)
            .addKeyValue("replica", replica.name());
    for (Finding finding : findings) {
      event = event.addKeyValue(finding.subject(), text(finding));
    }
    event.log(failed ? "replica check failed" : "replica checked");
  }

  private static String text(Finding finding) {
    if (finding.verdict() == Verdict.OK) {
      return "ok";
    }
    return finding.text()
        + finding.permission().map(permission -> "; it takes " + permission).orElse("");
  }

  /** Ends what is still under way. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
