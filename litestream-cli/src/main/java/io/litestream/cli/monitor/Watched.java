package io.litestream.cli.monitor;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.Replication;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One database: what was asked for, and where it stands.
 *
 * @param status its replicas are those of the options, in the same order
 */
public record Watched(DatabaseOptions options, DatabaseStatus status) {

  /** All of them, now. */
  public static List<Watched> of(List<Replication> replications) {
    return replications.stream()
        .map(replication -> new Watched(replication.options(), replication.status()))
        .toList();
  }

  /** The path, as metrics and status call the database. */
  String name() {
    return options.path().toString();
  }

  /** Goes through the replicas, options and status of each side by side. */
  void forEachReplica(BiConsumer<ReplicaOptions, DatabaseStatus.Replica> action) {
    for (int i = 0; i < status.replicas().size(); i++) {
      action.accept(options.replicas().get(i), status.replicas().get(i));
    }
  }
}
