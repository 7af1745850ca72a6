package io.litestream.replica.sftp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/** An SFTP server, and the files that it shows. */
interface TestServer {

  default String host() {
    return "127.0.0.1";
  }

  int port();

  /** Its public key, as the setting {@code host-key} has it. */
  String hostKey();

  /**
   * A directory for one test, by the path that clients know it by. Most servers show the file
   * system of this machine.
   *
   * @param local one of this machine, which is removed after the test
   */
  default Path directory(Path local) throws IOException {
    return local.toRealPath();
  }

  /** The settings of a user who may log in. */
  Map<String, String> login();

  /** What of that nobody may see. */
  Collection<String> secrets();
}
