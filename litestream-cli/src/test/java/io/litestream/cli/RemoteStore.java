package io.litestream.cli;

import java.io.IOException;
import java.util.Map;

/** Where a test keeps a replica on a server, alone. */
interface RemoteStore extends AutoCloseable {

  /** The replica in a configuration file, as a user has it who may do everything. */
  String replica(String more) throws IOException;

  /** The same, as a user has it whom the server does not allow to delete. */
  default String replicaWithoutDeletes(String more) throws IOException {
    throw new UnsupportedOperationException("this server denies no deletes");
  }

  /** Variables that the command needs. */
  default Map<String, String> environment() {
    return Map.of();
  }

  @Override
  default void close() throws IOException {}
}
