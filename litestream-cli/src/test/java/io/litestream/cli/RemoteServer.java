package io.litestream.cli;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import io.litestream.testservers.Azurite;
import io.litestream.testservers.FakeGcs;
import io.litestream.testservers.GcsServer;
import io.litestream.testservers.MinaServer;
import io.litestream.testservers.MinioServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;

/** The servers that the command is tested on. */
enum RemoteServer {
  S3_PROXY("s3", "AccessDenied", S3Server.SECRET, "") {
    @Override
    RemoteStore open(Path directory) throws Exception {
      return S3Server.start();
    }
  },

  MINIO("s3", "AccessDenied", MinioServer.SECRET, MinioServer.VARIABLE) {
    @Override
    RemoteStore open(Path directory) throws Exception {
      return new OnMinio(MinioServer.server().newBucket());
    }
  },

  AZURITE("abs", "AuthorizationPermissionMismatch", Azurite.KEY, Azurite.VARIABLE) {
    @Override
    RemoteStore open(Path directory) {
      return new OnAzurite(Azurite.server().newContainer());
    }
  },

  /** A server that answers as the documentation says: none of the others denies a delete. */
  FAKE_GCS("gcs", "forbidden", "", "") {
    @Override
    RemoteStore open(Path directory) throws Exception {
      return new OnFakeGcs(new FakeGcs());
    }
  },

  GCS_SERVER("gcs", "", "", GcsServer.VARIABLE) {
    @Override
    RemoteStore open(Path directory) throws Exception {
      return new OnGcs(GcsServer.server().newBucket(), GcsServer.server().address());
    }
  },

  SFTP("sftp", "", MinaServer.PASSWORD, "") {
    @Override
    RemoteStore open(Path directory) throws Exception {
      return new OnMina(directory.toRealPath().resolve("replica"));
    }
  };

  private final String type;
  private final String denial;
  private final String secret;
  private final String variable;

  RemoteServer(String type, String denial, String secret, String variable) {
    this.type = type;
    this.denial = denial;
    this.secret = secret;
    this.variable = variable;
  }

  /** Begins a store without objects; the server is started if it does not run yet. */
  abstract RemoteStore open(Path directory) throws Exception;

  /** As replicas on it are called in a configuration file. */
  String type() {
    return type;
  }

  /** Its code for a delete that is not allowed. */
  String denial() {
    return denial;
  }

  /** What must never be shown; empty if nothing is secret. */
  String secret() {
    return secret;
  }

  /** What has to name its executable; empty if it needs none. */
  String variable() {
    return variable;
  }

  boolean isThere() {
    return variable.isEmpty() || System.getenv(variable) != null;
  }

  private record OnMinio(String bucket) implements RemoteStore {
    @Override
    public String replica(String more) {
      return "{type: s3, bucket: %s, path: db, endpoint: '%s', access-key-id: %s, secret-access-key: %s%s}"
          .formatted(
              bucket, MinioServer.server().endpoint(), MinioServer.USER, MinioServer.SECRET, more);
    }

    @Override
    public String replicaWithoutDeletes(String more) throws IOException {
      MinioServer.server().deny("s3:DeleteObject", bucket + "/*");
      return replica(more);
    }
  }

  private record OnAzurite(BlobContainerClient container) implements RemoteStore {
    @Override
    public String replica(String more) {
      return replica("account-key: " + Azurite.KEY, more);
    }

    /** By a signature that lacks the permission. */
    @Override
    public String replicaWithoutDeletes(String more) {
      String signature =
          container.generateSas(
              new BlobServiceSasSignatureValues(
                  OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
                  BlobContainerSasPermission.parse("rwl")));
      return replica("sas-token: '" + signature + "'", more);
    }

    private String replica(String credential, String more) {
      return "{type: abs, bucket: %s, path: db, account-name: %s, endpoint: '%s', %s%s}"
          .formatted(
              container.getBlobContainerName(),
              Azurite.ACCOUNT,
              Azurite.endpoint(Azurite.server().address().getPort()),
              credential,
              more);
    }

    @Override
    public void close() {
      container.delete();
    }
  }

  private record OnGcs(String bucket, InetSocketAddress address) implements RemoteStore {
    @Override
    public String replica(String more) {
      return "{type: gcs, bucket: %s, path: db%s}".formatted(bucket, more);
    }

    @Override
    public Map<String, String> environment() {
      return Map.of("STORAGE_EMULATOR_HOST", "127.0.0.1:" + address.getPort());
    }
  }

  private record OnFakeGcs(FakeGcs server) implements RemoteStore {
    private OnGcs store() {
      return new OnGcs(FakeGcs.BUCKET, server.address());
    }

    @Override
    public String replica(String more) {
      return store().replica(more);
    }

    @Override
    public String replicaWithoutDeletes(String more) {
      server.denyDeletes();
      return replica(more);
    }

    @Override
    public Map<String, String> environment() {
      return store().environment();
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private record OnMina(Path root) implements RemoteStore {
    @Override
    public String replica(String more) {
      return "{type: sftp, host: '127.0.0.1:%d', host-key: '%s', user: %s, password: '%s', path: '%s'%s}"
          .formatted(
              MinaServer.running().port(),
              MinaServer.running().hostKey(),
              MinaServer.USER,
              MinaServer.PASSWORD,
              root,
              more);
    }
  }
}
