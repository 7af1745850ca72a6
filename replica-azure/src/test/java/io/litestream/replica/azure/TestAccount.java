package io.litestream.replica.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.litestream.testservers.Azurite;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.UUID;

/**
 * The storage account that tests run on: the one whose blob service the variable {@value #ENDPOINT}
 * names, as the setting {@code endpoint} does, else one of the emulator.
 */
final class TestAccount {

  private static final String ENDPOINT = "LITESTREAM_TEST_AZURE_ENDPOINT";
  private static final String NAME = "LITESTREAM_TEST_AZURE_ACCOUNT";
  private static final String KEY = "LITESTREAM_TEST_AZURE_KEY";

  private final URI endpoint;
  private final String name;
  private final String key;

  private TestAccount(URI endpoint, String name, String key) {
    this.endpoint = endpoint;
    this.name = name;
    this.key = key;
  }

  /** For {@code EnabledIf}. */
  static boolean isThere() {
    return isNamed() || System.getenv(Azurite.VARIABLE) != null;
  }

  /** The one that all tests share. */
  static TestAccount shared() {
    return isNamed() ? named() : of(Azurite.server());
  }

  static boolean isNamed() {
    return System.getenv(ENDPOINT) != null;
  }

  static TestAccount of(Azurite server) {
    return new TestAccount(
        URI.create(Azurite.endpoint(server.address().getPort())), Azurite.ACCOUNT, Azurite.KEY);
  }

  private static TestAccount named() {
    String name = System.getenv(NAME);
    String key = System.getenv(KEY);
    if (name == null || key == null) {
      throw new IllegalStateException(ENDPOINT + " needs " + NAME + " and " + KEY + " beside it");
    }
    return new TestAccount(URI.create(System.getenv(ENDPOINT)), name, key);
  }

  /** Whether what stands before it can be a proxy, which does not speak TLS. */
  boolean allowsProxy() {
    return endpoint.getScheme().equals("http");
  }

  InetSocketAddress address() {
    int usual = allowsProxy() ? 80 : 443;
    return new InetSocketAddress(
        endpoint.getHost(), endpoint.getPort() < 0 ? usual : endpoint.getPort());
  }

  /** The blob service, by way of a proxy if there can be one. */
  String endpoint(int proxy) {
    return allowsProxy() ? "http://127.0.0.1:" + proxy + endpoint.getPath() : endpoint.toString();
  }

  AzureCredential.AccountKey credential() {
    return new AzureCredential.AccountKey(name, key);
  }

  /** A new container, for one test. */
  BlobContainerClient newContainer() {
    return new BlobServiceClientBuilder()
        .endpoint(endpoint.toString())
        .credential(new StorageSharedKeyCredential(name, key))
        .buildClient()
        .createBlobContainer("t" + UUID.randomUUID());
  }
}
