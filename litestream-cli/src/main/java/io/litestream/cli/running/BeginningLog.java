package io.litestream.cli.running;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Says in the log that a database is replicated now, and where to. */
final class BeginningLog {

  private static final Logger log = LoggerFactory.getLogger(BeginningLog.class);

  /** What of a replica's settings may be logged. Anything else could be a secret. */
  private static final List<String> LOGGED_SETTINGS =
      List.of(
          "path", "bucket", "region", "endpoint", "storage-class", "host", "user", "account-name");

  private BeginningLog() {}

  /** One line. */
  static void database(DatabaseOptions database) {
    log.atInfo().addKeyValue("path", database.path()).log("initialized db");
  }

  /** One line more for each replica. */
  static void withReplicas(DatabaseOptions database) {
    database(database);
    database.replicas().forEach(BeginningLog::replica);
  }

  private static void replica(ReplicaOptions replica) {
    LoggingEventBuilder event =
        log.atInfo()
            .addKeyValue("name", replica.name())
            .addKeyValue("type", replica.type())
            .addKeyValue("sync-interval", replica.syncInterval());
    for (String key : LOGGED_SETTINGS) {
      String value = replica.settings().get(key);
      if (value != null && !value.isEmpty()) {
        event = event.addKeyValue(key, value);
      }
    }
    if (replica.age().encrypts()) {
      event = event.addKeyValue("age-recipients", replica.age().recipients().size());
    }
    event.log("replicating to");
  }
}
