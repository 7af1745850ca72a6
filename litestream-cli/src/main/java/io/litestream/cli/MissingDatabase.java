package io.litestream.cli;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.restore.RestoreException;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.RestoreResult;
import io.litestream.core.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a database back before it is replicated, if it is not there. */
final class MissingDatabase {

  private static final Logger log = LoggerFactory.getLogger(MissingDatabase.class);

  private MissingDatabase() {}

  /**
   * Restores the newest state that any of the database's replicas has. Does nothing if there is a
   * file at its path, or no replica has anything yet: the application is then about to make it.
   *
   * @throws IOException if there is something to restore, and that failed. To go on all the same
   *     would begin a history without what was there before
   */
  static void restore(DatabaseOptions database) throws IOException, InterruptedException {
    if (Files.exists(database.path(), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    RestoreRequest request = RestoreRequest.of(database.path());
    try (OpenReplicas open = OpenReplicas.of(database.replicas())) {
      RestoreResult result =
          Restorer.restore(Restorer.plan(open.readers(), request), request, RestoreProgress.NONE);
      log.atInfo()
          .addKeyValue("db", database.path())
          .addKeyValue("replica", result.replica())
          .addKeyValue("position", result.position())
          .addKeyValue("elapsed", result.elapsed())
          .addKeyValue("sz", result.databaseBytes())
          .log("database restored");
    } catch (RestoreException e) {
      if (e.kind() != Kind.NO_REPLICA_DATA) {
        throw e;
      }
      log.atInfo()
          .addKeyValue("db", database.path())
          .log("database does not exist, and there is nothing to restore it from");
    }
  }
}
