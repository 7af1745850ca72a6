package io.litestream.cli;

import java.util.Optional;

/** The commands. The class of one is loaded when it is asked for. */
enum CommandName {
  CHECK("check", "finds out whether databases can be replicated, and replicas be kept"),
  COST("cost", "tells what replicas cost in a month, in requests and money"),
  DATABASES("databases", "lists the databases of the configuration file"),
  DEMO("demo", "shows a disaster and the recovery from it, in a few seconds"),
  EXPIRE("expire", "deletes from a database's replicas what need not be kept, once"),
  GENERATIONS("generations", "lists the generations in a database's replicas"),
  INFO("info", "tells about the process that replicates"),
  LIST("list", "lists the databases of the process that replicates"),
  LTX("ltx", "lists the LTX files in a replica of Litestream v0.5"),
  REGISTER("register", "has the process that replicates take on a database more"),
  REPLICATE("replicate", "replicates databases until it is stopped"),
  RESTORE("restore", "brings a database back from a replica"),
  SNAPSHOTS("snapshots", "lists the snapshots in a database's replicas"),
  VERIFY("verify", "reads all of a database's replicas and says what can be restored"),
  STATUS("status", "tells where databases and replicas stand"),
  START("start", "has the process that replicates go on with a database"),
  STOP("stop", "has the process that replicates stop a database"),
  SYNC("sync", "has the process that replicates bring replicas up to date now"),
  UNREGISTER("unregister", "has the process that replicates give up a registered database"),
  VERSION("version", "prints the version"),
  WAL("wal", "lists the WAL segments in a database's replicas");

  private final String text;
  private final String summary;

  CommandName(String text, String summary) {
    this.text = text;
    this.summary = summary;
  }

  static Optional<CommandName> of(String text) {
    for (CommandName name : values()) {
      if (name.text.equals(text)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  String text() {
    return text;
  }

  String summary() {
    return summary;
  }

  Command create() {
    return switch (this) {
      case CHECK -> new CheckCommand();
      case COST -> new CostCommand();
      case DATABASES -> new DatabasesCommand();
      case DEMO -> new DemoCommand();
      case EXPIRE -> new ExpireCommand();
      case GENERATIONS -> new GenerationsCommand();
      case INFO -> new InfoCommand();
      case LIST -> new ListCommand();
      case LTX -> new LtxCommand();
      case REGISTER -> new RegisterCommand();
      case REPLICATE -> new ReplicateCommand();
      case RESTORE -> new RestoreCommand();
      case SNAPSHOTS -> new SnapshotsCommand();
      case VERIFY -> new VerifyCommand();
      case STATUS -> new StatusCommand();
      case START -> new StartCommand();
      case STOP -> new StopCommand();
      case SYNC -> new SyncCommand();
      case UNREGISTER -> new UnregisterCommand();
      case VERSION -> new VersionCommand();
      case WAL -> new WalCommand();
    };
  }
}
