package io.litestream.cli.running;

import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.core.DatabaseOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the databases that appear in directories, and vanish. Used by one thread at a time. */
final class DirectoryLook {

  private static final Logger log = LoggerFactory.getLogger(DirectoryLook.class);

  private final WantedDatabases wanted;
  private final Replications replications;

  /** Why a directory could not be read; so that each reason is told once. */
  private final Map<Path, String> unreadable = new HashMap<>();

  DirectoryLook(WantedDatabases wanted, Replications replications) {
    this.wanted = wanted;
    this.replications = replications;
  }

  /**
   * Begins what is in a directory and not replicated yet, and lets go of what is gone. Databases
   * that are named are left alone.
   */
  void look(DatabaseDirectory directory) {
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
      if (!replications.isRunning(database.path()) && wanted.named(database.path()).isEmpty()) {
        replications.begin(database);
      }
    }
    letGo(directory, present);
  }

  private void letGo(DatabaseDirectory directory, Set<Path> present) {
    replications.forgetFailures(path -> !present.contains(path) && isOnlyIn(directory, path));
    for (Path path : replications.running()) {
      if (!present.contains(path) && isOnlyIn(directory, path) && !Files.exists(path)) {
        log.atInfo().addKeyValue("db", path).log("database is gone; let go of it");
        replications.end(path);
      }
    }
  }

  private boolean isOnlyIn(DatabaseDirectory directory, Path path) {
    return path.startsWith(directory.directory()) && wanted.named(path).isEmpty();
  }
}
