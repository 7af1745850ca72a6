package io.litestream.replica.s3;

import io.litestream.testkit.Capability;
import io.litestream.testservers.MinioServer;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** MinIO, whose user is denied by policy what is to be refused. */
final class OnMinio implements TestServer {

  private final MinioServer minio = MinioServer.server();

  @Override
  public URI endpoint() {
    return minio.endpoint();
  }

  @Override
  public Keys keys() {
    return new Keys(MinioServer.USER, MinioServer.SECRET, Optional.empty());
  }

  @Override
  public String bucket() throws IOException {
    return minio.newBucket();
  }

  /**
   * An object may also be a prefix of others, but then listings leave some out: not declared, and
   * the one test of it that expects a refusal is left out of the run.
   */
  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.DENIES_DELETES, Capability.FAILS_COMMITS);
  }

  @Override
  public void refuseToDelete(String bucket, String name) throws IOException {
    minio.deny("s3:DeleteObject", bucket + "/" + name);
  }

  @Override
  public void refuseToWrite(String bucket, String name) throws IOException {
    minio.deny("s3:PutObject", bucket + "/" + name);
  }

  @Override
  public Collection<String> uploads(String bucket, String prefix) throws IOException {
    return minio.uploads();
  }
}
