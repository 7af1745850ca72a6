package io.litestream.replica.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testservers.Azurite;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A container of its own in the emulator, behind a proxy that can make requests fail. */
final class AzuriteUnderTest implements StoreUnderTest {

  /** Longer than anything takes here, so that nothing is given up. */
  private static final Deadlines PATIENT = deadlines(Duration.ofSeconds(30));

  /** So short that a test can wait for them. */
  private static final Deadlines IMPATIENT = deadlines(Duration.ofSeconds(1));

  private final Azurite server;
  private final BlobContainerClient container;
  private final HttpFaultProxy proxy;
  private final AzureCredential credential;
  private final Deadlines deadlines;

  private AzuriteUnderTest(Azurite server, boolean signed, Deadlines deadlines) throws IOException {
    this.server = server;
    this.container = server.newContainer();
    this.proxy = HttpFaultProxy.before(server.address());
    this.deadlines = deadlines;
    this.credential =
        signed
            ? new AzureCredential.Sas(signature(container))
            : new AzureCredential.AccountKey(Azurite.ACCOUNT, Azurite.KEY);
  }

  static AzuriteUnderTest withAccountKey() throws IOException {
    return new AzuriteUnderTest(Azurite.server(), false, PATIENT);
  }

  /** For the container alone, with the permissions that the documentation asks for. */
  static AzuriteUnderTest withSignature() throws IOException {
    return new AzuriteUnderTest(Azurite.server(), true, PATIENT);
  }

  /** On a server that nobody else waits for. */
  static AzuriteUnderTest alone() throws IOException {
    return new AzuriteUnderTest(Azurite.start(), false, PATIENT);
  }

  /** Gives up soon. */
  static AzuriteUnderTest withoutPatience() throws IOException {
    return new AzuriteUnderTest(Azurite.server(), false, IMPATIENT);
  }

  private static Deadlines deadlines(Duration each) {
    return new Deadlines(each, each, 2, Duration.ofMillis(5));
  }

  static String signature(BlobContainerClient container) {
    return container.generateSas(
        new BlobServiceSasSignatureValues(
            OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
            BlobContainerSasPermission.parse("rwdl")));
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return open(deadlines, observer);
  }

  AzureStore open(Deadlines deadlines, RequestObserver observer) {
    var settings =
        new AzureSettings(
            Azurite.endpoint(proxy.port()),
            container.getBlobContainerName(),
            "backups/app db",
            credential);
    return AzureStore.open(settings, deadlines, observer);
  }

  BlobContainerClient container() {
    return container;
  }

  @Override
  public HttpFaultProxy proxy() {
    return proxy;
  }

  static String blobName(String key) {
    return "backups/app db/" + key;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(
        Capability.DENIES_DELETES,
        Capability.FAILS_COMMITS,
        Capability.BECOMES_UNREACHABLE,
        Capability.FALLS_SILENT,
        Capability.STANDS_BEHIND_A_PROXY,
        Capability.HAS_SECRETS,
        Capability.NESTS_KEYS);
  }

  @Override
  public int partSize() {
    return AzureWriting.BLOCK;
  }

  /** By a lease, which the server itself refuses to delete across. */
  @Override
  public void makeUndeletable(String key) {
    new BlobLeaseClientBuilder()
        .blobClient(container.getBlobClient(blobName(key)))
        .buildClient()
        .acquireLease(-1);
  }

  @Override
  public void makeUncommittable(String key) {
    proxy.onEach(
        request ->
            request.method().equals("PUT")
                && decoded(request.path()).endsWith("/" + key)
                && !request.query().contains("comp=block&"),
        HttpFault.answer(403, Map.of("x-ms-error-code", "AuthorizationPermissionMismatch"), ""));
  }

  private static String decoded(String path) {
    return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public void makeUnreachable() {
    proxy.onEach(request -> true, HttpFault.resetRequestAt(0));
  }

  @Override
  public Collection<String> secrets() {
    return credential instanceof AzureCredential.Sas sas
        ? List.of(sas.token(), sas.token().replaceAll(".*sig=", ""))
        : List.of(Azurite.KEY);
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    container.delete();
    if (server != Azurite.server()) {
      server.close();
    }
  }
}
