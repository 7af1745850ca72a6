package io.litestream.replica.sftp;

import java.time.Duration;

/**
 * How long a server may be silent.
 *
 * @param connect for each step to a connection: the socket, the keys, the login, the subsystem
 * @param request for the answer to one request
 * @param heartbeat between two questions whether the server is there; three without an answer end
 *     the connection, and with it whatever waits
 */
record Patience(Duration connect, Duration request, Duration heartbeat) {

  static final Patience DEFAULT =
      new Patience(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(10));
}
