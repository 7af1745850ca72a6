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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A container of its own, behind a proxy that can make requests fail, unless it speaks TLS. */
final class AzuriteUnderTest implements StoreUnderTest {

  /** Longer than anything takes here, so that nothing is given up. */
  private static final Deadlines PATIENT = deadlines(Duration.ofSeconds(30));

  /** So short that a test can wait for them. */
  private static final Deadlines IMPATIENT = deadlines(Duration.ofSeconds(1));

  private final TestAccount account;
  private final Optional<Azurite> own;
  private final BlobContainerClient container;
  private final HttpFaultProxy proxy;
  private final AzureCredential credential;
  private final Deadlines deadlines;

  private AzuriteUnderTest(
      TestAccount account, Optional<Azurite> own, boolean signed, Deadlines deadlines)
      throws IOException {
    this.account = account;
    this.own = own;
    this.container = account.newContainer();
    this.proxy = HttpFaultProxy.before(account.address());
    this.deadlines = deadlines;
    this.credential = signed ? new AzureCredential.Sas(signature(container)) : account.credential();
  }

  static AzuriteUnderTest withAccountKey() throws IOException {
    return new AzuriteUnderTest(TestAccount.shared(), Optional.empty(), false, PATIENT);
  }

  /** For the container alone, with the permissions that the documentation asks for. */
  static AzuriteUnderTest withSignature() throws IOException {
    return new AzuriteUnderTest(TestAccount.shared(), Optional.empty(), true, PATIENT);
  }

  /** On a server that nobody else waits for, unless the environment names one. */
  static AzuriteUnderTest alone() throws IOException {
    if (TestAccount.isNamed()) {
      return withAccountKey();
    }
    Azurite own = Azurite.start();
    return new AzuriteUnderTest(TestAccount.of(own), Optional.of(own), false, PATIENT);
  }

  /** Gives up soon. */
  static AzuriteUnderTest withoutPatience() throws IOException {
    return new AzuriteUnderTest(TestAccount.shared(), Optional.empty(), false, IMPATIENT);
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
            account.endpoint(proxy.port()),
            container.getBlobContainerName(),
            "backups/app db",
            credential);
    return AzureStore.open(settings, deadlines, observer);
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
    var capabilities =
        EnumSet.of(Capability.DENIES_DELETES, Capability.HAS_SECRETS, Capability.NESTS_KEYS);
    if (account.allowsProxy()) {
      capabilities.add(Capability.FAILS_COMMITS);
      capabilities.add(Capability.BECOMES_UNREACHABLE);
      capabilities.add(Capability.FALLS_SILENT);
      capabilities.add(Capability.STANDS_BEHIND_A_PROXY);
    }
    return capabilities;
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
        : List.of(account.credential().key());
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    container.delete();
    own.ifPresent(Azurite::close);
  }
}
