package io.litestream.cli;

import io.litestream.cli.check.StartCheck;
import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.cli.config.GoDuration;
import io.litestream.cli.config.LogSettings;
import io.litestream.cli.control.ControlApi;
import io.litestream.cli.control.ControlServer;
import io.litestream.cli.log.Logging;
import io.litestream.cli.monitor.Monitor;
import io.litestream.cli.process.ChildCommand;
import io.litestream.cli.running.Reload;
import io.litestream.cli.running.RunningDatabases;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    customSynopsis = {
      "litestream replicate [options]",
      "   or: litestream replicate [options] DB_PATH REPLICA_URL [REPLICA_URL...]"
    },
    description = {
      "Replicates databases until it is stopped: those of the configuration file, or one that is"
          + " given here with the URLs of its replicas.",
      "On SIGINT or SIGTERM it brings the replicas up to date and exits with 0. If something"
          + " committed is not in every replica, it says so and exits with 1. A second signal ends"
          + " it at once."
    })
final class ReplicateCommand implements Command {

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Option(
      names = {"-exec", "--exec"},
      paramLabel = "CMD",
      description =
          "Runs a command beside replication. Stop signals are passed on to it; when it ends,"
              + " litestream brings the replicas up to date and exits with its code.")
  @Nullable String exec;

  @Option(
      names = {"-once", "--once"},
      description =
          "Exits when the replicas hold everything; with 1 if one of them fails for longer than"
              + " the shutdown timeout.")
  boolean once;

  @Option(
      names = {"-restore-if-db-not-exists", "--restore-if-db-not-exists"},
      description =
          "Before anything else, restores each database that does not exist, if a replica has it.")
  boolean restoreIfDbNotExists;

  @Option(
      names = {"-log-level", "--log-level"},
      paramLabel = "LEVEL",
      description = "trace, debug, info, warn or error; counts more than the configuration file.")
  @Nullable String logLevel;

  @Option(
      names = {"-shutdown-timeout", "--shutdown-timeout"},
      paramLabel = "DURATION",
      defaultValue = "30s",
      description = "The longest wait for the last sync on shutdown. Default: ${DEFAULT-VALUE}.")
  String shutdownTimeout = "30s";

  @Mixin final ConfigOptions config = new ConfigOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException, InterruptedException {
    Duration timeout = timeout();
    Configuration configuration = configuration(surroundings);
    String command = exec == null ? configuration.exec().orElse("") : exec;
    Optional<ChildCommand> child =
        command.isBlank() ? Optional.empty() : Optional.of(ChildCommand.parse(command));
    if (once && child.isPresent()) {
      throw new CommandException("cannot specify both -once and -exec");
    }
    Optional<Level> level = level();
    configureLogging(configuration, level, surroundings);
    if (configuration.isEmpty()) {
      throw nothingToReplicate();
    }
    CompletableFuture<Reload> reload = new CompletableFuture<>();
    if (!once && arguments.isEmpty()) {
      // Before anything begins: without a handler, the signal would end the process.
      surroundings
          .signals()
          .onReload(
              () -> {
                var unused = reload.thenAccept(Reload::request);
              });
    }

    Logger log = LoggerFactory.getLogger(ReplicateCommand.class);
    log.atInfo().addKeyValue("version", Version.text()).log("litestream");
    if (restoreIfDbNotExists) {
      restoreMissing(configuration.databases(), surroundings);
    }
    // Before replication begins, for the same reason: what it has copied by then is uploaded.
    Optional<EndOfReplication> end =
        once ? Optional.empty() : Optional.of(EndOfReplication.listen(surroundings.signals()));
    int code = Program.OK;
    try (Monitor monitor =
            new Monitor(configuration.monitoring(), Version.text(), surroundings.clock());
        Litestream engine =
            Litestream.start(ReplicaStores.installed(), timeout, monitor.observer())) {
      try (RunningDatabases databases = RunningDatabases.start(engine, configuration, timeout);
          StartCheck check =
              new StartCheck(ReplicaStores.installed(), monitor.observer(), surroundings.clock());
          Reload reloading =
              new Reload(
                  () -> readAgain(surroundings),
                  databases,
                  (before, now) -> {
                    configureLogging(now, level, surroundings);
                    check.begin(toCheck(before, now));
                  });
          ControlServer control =
              new ControlServer(
                  configuration.control(),
                  new ControlApi(databases, Version.text(), surroundings.clock()))) {
        monitor.start(engine::replications);
        control.start();
        check.begin(toCheck(Configuration.of(), configuration));
        reload.complete(reloading);
        if (end.isPresent()) {
          code = end.get().await(child);
        } else {
          syncOnce(engine.replications(), timeout, surroundings);
        }
      }
    }
    log.info("litestream shut down");
    return code;
  }

  /**
   * The databases whose replicas are new, or kept otherwise than before. Those of a directory have
   * their replicas in one place, which is checked once.
   */
  private static List<DatabaseOptions> toCheck(Configuration before, Configuration now) {
    List<DatabaseOptions> checked = new ArrayList<>();
    if (now.monitoring().checkOnStart()) {
      checked.addAll(now.databases());
      checked.removeAll(Set.copyOf(before.databases()));
      for (DatabaseDirectory directory : now.directories()) {
        if (!before.directories().contains(directory)) {
          checked.add(directory.options());
        }
      }
    }
    return checked;
  }

  private static void configureLogging(
      Configuration configuration, Optional<Level> level, Surroundings surroundings) {
    LogSettings configured = configuration.logging();
    LogSettings logging = level.map(configured::at).orElse(configured);
    Logging.configure(
        logging, logging.stderr() ? surroundings.err() : surroundings.out(), surroundings.zone());
  }

  private Configuration readAgain(Surroundings surroundings) throws IOException {
    Configuration read = config.read(surroundings);
    if (read.isEmpty()) {
      throw nothingToReplicate();
    }
    return read;
  }

  private static CommandException nothingToReplicate() {
    return new CommandException("no databases specified in configuration");
  }

  private static void restoreMissing(List<DatabaseOptions> databases, Surroundings surroundings)
      throws IOException, InterruptedException {
    Thread restoring = Thread.currentThread();
    surroundings.signals().listen(signal -> restoring.interrupt(), () -> {});
    for (DatabaseOptions database : databases) {
      MissingDatabase.restore(database);
    }
  }

  /** Waits for as long as it gets on, however much there is to upload. */
  private static void syncOnce(
      Collection<? extends Replication> databases, Duration patience, Surroundings surroundings)
      throws IOException, InterruptedException {
    Thread syncing = Thread.currentThread();
    surroundings.signals().listen(signal -> syncing.interrupt(), () -> {});
    for (Replication database : databases) {
      if (!database.status().present()) {
        throw new CommandException("database does not exist: " + database.database());
      }
      boolean done = false;
      while (!done) {
        try {
          database.sync(patience);
          done = true;
        } catch (IOException e) {
          if (isFailing(database.status())) {
            throw e;
          }
        }
      }
    }
  }

  private static boolean isFailing(DatabaseStatus status) {
    return status.error().isPresent()
        || status.replicas().stream().anyMatch(replica -> replica.error().isPresent());
  }

  private Duration timeout() throws CommandException {
    try {
      Duration timeout = GoDuration.parse(shutdownTimeout);
      if (timeout.isNegative()) {
        throw new IllegalArgumentException("it is negative");
      }
      return timeout;
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "invalid -shutdown-timeout '" + shutdownTimeout + "': " + e.getMessage());
    }
  }

  /** The level that counts more than the configuration's, if one was given. */
  private Optional<Level> level() throws CommandException {
    if (logLevel != null) {
      String name = logLevel;
      return Optional.of(
          LogSettings.level(name)
              .orElseThrow(
                  () ->
                      new CommandException(
                          "invalid -log-level '" + name + "': " + LogSettings.LEVELS)));
    }
    return general.verbose ? Optional.of(Level.DEBUG) : Optional.empty();
  }

  private Configuration configuration(Surroundings surroundings) throws IOException {
    if (arguments.isEmpty()) {
      return config.read(surroundings);
    }
    if (arguments.size() == 1) {
      throw new CommandException("must specify at least one replica URL for " + arguments.get(0));
    }
    if (config.isGiven()) {
      throw new CommandException("cannot specify a replica URL and the -config flag");
    }
    Path path = surroundings.paths().resolve(arguments.get(0));
    List<ReplicaOptions> replicas = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String url : arguments.subList(1, arguments.size())) {
      replicas.add(withOwnName(ReplicaOptions.of(url), names));
    }
    return Configuration.of(DatabaseOptions.of(path, replicas.toArray(ReplicaOptions[]::new)));
  }

  /** URLs have no names, and two may be of one type: {@code file}, {@code file-2}. */
  private static ReplicaOptions withOwnName(ReplicaOptions replica, Set<String> names) {
    String name = replica.name();
    for (int i = 2; !names.add(name); i++) {
      name = replica.name() + "-" + i;
    }
    return replica.named(name);
  }
}
