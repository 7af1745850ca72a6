package io.litestream.cli.monitor;

import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.config.Monitoring;
import io.litestream.cli.monitor.StatusDocument.RunningProcess;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches over a process that replicates, as far as its configuration asks for that. */
public final class Monitor implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Monitor.class);

  private final Monitoring settings;
  private final String version;
  private final Clock clock;
  private final Instant startedAt;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final RequestTally requests = new RequestTally();
  private final ReplicationObserver observer;
  private Optional<Heartbeat> heartbeat = Optional.empty();
  private @Nullable MonitorServer server;

  /**
   * @param version of this program
   */
  public Monitor(Monitoring settings, String version, Clock clock) {
    this.settings = settings;
    this.version = version;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.observer =
        settings.addr().isPresent()
            ? new EventMetrics(registry, requests)
            : ReplicationObserver.NONE;
  }

  /** What the engine is to tell. */
  public ReplicationObserver observer() {
    return observer;
  }

  /**
   * Begins to serve. An address that is not to be had is an error in the log and no more:
   * replication matters more than whether it can be watched.
   *
   * @param replications those that there are at a moment
   */
  public void start(Supplier<List<Replication>> replications) {
    Supplier<List<Watched>> databases = () -> Watched.of(replications.get());
    Supplier<Health> health = () -> Health.of(databases.get(), settings.maxLag());
    heartbeat =
        settings
            .heartbeatUrl()
            .map(url -> Heartbeat.start(url, settings.heartbeatInterval(), health));
    if (settings.addr().isPresent()) {
      serve(settings.addr().get(), databases, health);
    }
  }

  private void serve(
      ListenAddress address, Supplier<List<Watched>> databases, Supplier<Health> health) {
    registry.register(new StateMetrics(databases, clock));
    JvmMemoryMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    ProcessMetrics.builder().register(registry);
    try {
      MonitorServer started =
          MonitorServer.start(address, registry, health, () -> document(databases.get()));
      server = started;
      log.atInfo().addKeyValue("url", url(started)).log("serving metrics on");
      if (address.isBare()) {
        log.atWarn()
            .addKeyValue("addr", address)
            .addKeyValue("hint", "for every machine, as in v0.3, set it to 0.0.0.0" + address)
            .log("addr names no host; only this machine can connect");
      }
    } catch (IOException e) {
      log.atError().setCause(e).log("cannot serve metrics");
    }
  }

  /** Where it serves; empty if it does not. */
  public Optional<InetSocketAddress> address() {
    return Optional.ofNullable(server).map(MonitorServer::address);
  }

  private static String url(MonitorServer server) {
    InetAddress address = server.address().getAddress();
    String host = address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
    return "http://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + server.address().getPort()
        + "/metrics";
  }

  private StatusDocument document(List<Watched> databases) {
    RunningProcess process =
        new RunningProcess(version, ProcessHandle.current().pid(), startedAt, clock.instant());
    return new StatusDocument(Optional.of(process), settings.maxLag(), databases, requests);
  }

  @Override
  public void close() {
    heartbeat.ifPresent(Heartbeat::close);
    if (server != null) {
      server.close();
    }
  }
}
