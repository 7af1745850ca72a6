package io.litestream.replica.s3;

import io.litestream.testkit.Capability;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** A server that tests run on. */
interface TestServer {

  /** Names the server: {@code minio}, {@code named}, else the one in memory. */
  String PROPERTY = "litestream.test.s3";

  /** The server that this run is about. Started once, and ends with the JVM. */
  static TestServer current() throws IOException {
    return switch (System.getProperty(PROPERTY, "memory")) {
      case "minio" -> new OnMinio();
      case "named" -> NamedServer.fromEnvironment();
      default -> InMemoryServer.instance();
    };
  }

  URI endpoint();

  /** Keys that may do everything, until they are told not to. */
  Keys keys();

  /** The region to sign for, if the endpoint does not tell it. */
  default Optional<String> region() {
    return Optional.empty();
  }

  /** A bucket for one test, which may hold objects below other prefixes. */
  String bucket() throws IOException;

  /** What it can be made to do, beside what its protocol allows. */
  Set<Capability> capabilities();

  /** See {@link io.litestream.testkit.StoreUnderTest#makeUndeletable}. */
  void refuseToDelete(String bucket, String name) throws IOException;

  /** See {@link io.litestream.testkit.StoreUnderTest#makeUncommittable}. */
  void refuseToWrite(String bucket, String name) throws IOException;

  /** The names of the uploads in parts below a prefix that have not ended. */
  Collection<String> uploads(String bucket, String prefix) throws IOException;
}
