package io.litestream.replica.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AzureSettingsTest {

  private static final String KEY = "c2VjcmV0";

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .extracting(ReplicaStoreProvider::type)
        .containsExactly("abs");
  }

  @ParameterizedTest
  @CsvSource({
    "abs://account@container/a/b, account, container, a/b",
    "abs://account@container, account, container, ''",
    "abs://container/a b%20, , container, a b%20",
  })
  void takesAUrlApart(String url, String account, String container, String path)
      throws ReplicaException {
    Map<String, String> settings = new AzureStoreProvider().parseUrl(url);
    assertThat(settings.get("account-name")).isEqualTo(account);
    assertThat(settings.get("bucket")).isEqualTo(container);
    assertThat(settings.get("path")).isEqualTo(path);
  }

  @Test
  void refusesAUrlThatIsNoPlace() {
    assertThatThrownBy(() -> new AzureStoreProvider().parseUrl("abs://account@/path"))
        .hasMessageContaining("names a container");
    assertThatThrownBy(() -> new AzureStoreProvider().parseUrl("abs://account:secret@c/path"))
        .hasMessageContaining("holds no key")
        .hasMessageNotContaining("secret");
  }

  @Test
  void accountNameMakesTheEndpoint() throws ReplicaException {
    AzureSettings read =
        read(
            Map.of("account-name", "acct", "bucket", "ctr", "path", "/a/b/", "account-key", KEY),
            Map.of());
    assertThat(read)
        .isEqualTo(
            new AzureSettings(
                "https://acct.blob.core.windows.net",
                "ctr",
                "a/b",
                new AzureCredential.AccountKey("acct", KEY)));
    assertThat(read.toString()).doesNotContain(KEY);
  }

  @Test
  void endpointIsTakenAsItIs() throws ReplicaException {
    Map<String, String> settings =
        Map.of(
            "account-name",
            "devstoreaccount1",
            "bucket",
            "ctr",
            "account-key",
            KEY,
            "endpoint",
            "http://127.0.0.1:10000/devstoreaccount1/");
    assertThat(read(settings, Map.of()).endpoint())
        .isEqualTo("http://127.0.0.1:10000/devstoreaccount1");
  }

  @Test
  void settingsCountMoreThanTheEnvironment() throws ReplicaException {
    Map<String, String> environment =
        Map.of("LITESTREAM_AZURE_ACCOUNT_KEY", KEY, "LITESTREAM_AZURE_SAS_TOKEN", "?sv=1&sig=x");
    assertThat(read(Map.of("account-name", "acct", "bucket", "ctr"), environment).credential())
        .isEqualTo(new AzureCredential.AccountKey("acct", KEY));
    assertThat(
            read(
                    Map.of("account-name", "acct", "bucket", "ctr", "sas-token", "?sv=2&sig=y"),
                    environment)
                .credential())
        .isEqualTo(new AzureCredential.Sas("sv=2&sig=y"));
    assertThat(read(Map.of("account-name", "acct", "bucket", "ctr"), Map.of()).credential())
        .isEqualTo(new AzureCredential.Default());
  }

  @Test
  void connectionStringHasEndpointAndCredential() throws ReplicaException {
    String full =
        "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey="
            + KEY
            + ";EndpointSuffix=core.chinacloudapi.cn";
    AzureSettings read = read(Map.of("bucket", "ctr", "connection-string", full), Map.of());
    assertThat(read.endpoint()).isEqualTo("https://acct.blob.core.chinacloudapi.cn");
    assertThat(read.credential()).isEqualTo(new AzureCredential.AccountKey("acct", KEY));
    String signed = "BlobEndpoint=https://acct.example.org/;SharedAccessSignature=sv=1&sig=z%3D";
    assertThat(read(Map.of("bucket", "ctr"), Map.of("LITESTREAM_AZURE_CONNECTION_STRING", signed)))
        .isEqualTo(
            new AzureSettings(
                "https://acct.example.org", "ctr", "", new AzureCredential.Sas("sv=1&sig=z%3D")));
  }

  @Test
  void refusesWhatCannotWork() {
    assertWrong(Map.of("account-name", "acct"), "needs 'bucket'");
    assertWrong(Map.of("bucket", "ctr"), "needs 'account-name'");
    assertWrong(
        Map.of("bucket", "Bad_Name", "account-name", "acct"), "not the name of a container");
    assertWrong(
        Map.of("bucket", "ctr", "account-name", "x.y"), "not the name of a storage account");
    assertWrong(
        Map.of("bucket", "ctr", "account-name", "acct", "acount-key", "k"),
        "did you mean 'account-key'?");
    assertWrong(
        Map.of("bucket", "ctr", "account-name", "acct", "account-key", "no base64!"),
        "is not base64");
    assertWrong(
        Map.of("bucket", "ctr", "account-name", "acct", "account-key", KEY, "sas-token", "sig=1"),
        "one is enough");
    assertWrong(
        Map.of("bucket", "ctr", "account-name", "acct", "sas-token", "https://x/?sig=1"), "no URL");
    assertWrong(Map.of("bucket", "ctr", "endpoint", "acct.blob.core.windows.net"), "http or https");
    assertWrong(Map.of("bucket", "ctr", "endpoint", "https://x/?sig=1"), "http or https");
    assertWrong(Map.of("bucket", "ctr", "account-name", "acct", "path", "a/../b"), "not a path");
    assertWrong(Map.of("bucket", "ctr", "connection-string", "AccountKey=" + KEY), "BlobEndpoint");
    assertWrong(Map.of("bucket", "ctr", "connection-string", "AccountName=a"), "neither");
    assertWrong(Map.of("bucket", "ctr", "connection-string", "secret"), "list of Name=value");
  }

  private static void assertWrong(Map<String, String> settings, String message) {
    assertThatThrownBy(() -> read(settings, Map.of()))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining(KEY)
        .hasNoCause();
  }

  @Test
  void openingSendsNoRequest() throws IOException {
    Map<String, String> settings =
        Map.of("account-name", "acct", "bucket", "ctr", "path", "app", "account-key", KEY);
    try (ReplicaStore store =
        new AzureStoreProvider()
            .open(
                new ReplicaSettings("abs", settings),
                request -> {
                  throw new AssertionError(request);
                })) {
      assertThat(store).hasToString("AzureStore[https://acct.blob.core.windows.net/ctr/app]");
    }
  }

  @Test
  void defaultCredentialIsFoundOnTheClassPath() throws IOException {
    Map<String, String> settings = Map.of("account-name", "acct", "bucket", "ctr");
    new AzureStoreProvider()
        .open(new ReplicaSettings("abs", settings), RequestObserver.NONE)
        .close();
  }

  private static AzureSettings read(Map<String, String> settings, Map<String, String> environment)
      throws ReplicaException {
    return AzureSettings.read(new ReplicaSettings("abs", settings), environment);
  }
}
