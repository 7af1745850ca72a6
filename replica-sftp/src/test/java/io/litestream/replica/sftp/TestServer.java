package io.litestream.replica.sftp;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/** An SFTP server on loopback that shows the file system of this machine. */
interface TestServer {

  int port();

  /** Its public key, as the setting {@code host-key} has it. */
  String hostKey();

  /** The path by which clients know a directory. */
  String path(Path directory);

  /** The settings of a user who may log in. */
  Map<String, String> login();

  /** What of that nobody may see. */
  Collection<String> secrets();
}
