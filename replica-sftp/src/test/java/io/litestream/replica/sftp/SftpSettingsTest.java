package io.litestream.replica.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import io.litestream.testservers.MinaServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a replica is and how to get there, as people write it. */
class SftpSettingsTest {

  @TempDir Path directory;

  private static SftpSettings read(String... pairs) throws ReplicaException {
    Map<String, String> settings = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    return SftpSettings.read(new ReplicaSettings("sftp", settings));
  }

  @Test
  void providerIsFound() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .filteredOn(provider -> provider.type().equals("sftp"))
        .singleElement()
        .satisfies(provider -> assertThat(provider.schemes()).containsExactly("sftp"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "sftp://bob:secret@example.com:2222/var/backup, example.com:2222, bob, secret, /var/backup",
        "sftp://bob@example.com/var/backup, example.com, bob, -, /var/backup",
        "sftp://b%40b:p%3Aw%2Fo%23%25@example.com/a%20b, example.com, b@b, p:w/o#%, /a b",
        "sftp://bob:a:b+c@[::1]:22/x, [::1]:22, bob, a:b+c, /x",
        "sftp://example.com, example.com, -, -, ''",
      })
  void urlIsTakenApart(String url, String host, String user, String password, String path)
      throws ReplicaException {
    Map<String, String> settings = new SftpStoreProvider().parseUrl(url);
    assertThat(settings.get("host")).isEqualTo(host);
    assertThat(settings.get("user")).isEqualTo(user);
    assertThat(settings.get("password")).isEqualTo(password);
    assertThat(settings.get("path")).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sftp://bob:se cret@example.com/x",
        "sftp://bob:secret%@example.com/x",
        "sftp://bob:secret@/x",
        "sftp://bob:secret@example.com/x#y",
        "sftp://bob:secret@example.com/x?y",
        "sftp://bob:secret#1@example.com/x",
      })
  void urlThatCannotBeTakenApartIsRefusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> new SftpStoreProvider().parseUrl(url))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining("sftp://user:password@host:port/path")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("secret").doesNotContain("cret@"));
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, 22",
    "example.com:2222, example.com, 2222",
    "10.0.0.1:1, 10.0.0.1, 1",
    "[fe80::1]:22, fe80::1, 22",
  })
  void hostMayHaveAPort(String written, String host, int port) throws ReplicaException {
    SftpSettings settings = read("host", written, "user", "bob", "password", "x");
    assertThat(settings.host).isEqualTo(host);
    assertThat(settings.port).isEqualTo(port);
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "/, /", "/a/, /a", "/a//, /a", "a/b, a/b", "./a, ./a"})
  void rootHasNoSlashAtItsEnd(String written, String root) throws ReplicaException {
    assertThat(read("host", "h", "user", "u", "password", "x", "path", written).root)
        .isEqualTo(root);
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertRefused("host", "user", "bob", "password", "x");
    assertRefused("user", "host", "h", "password", "x");
    assertRefused("'password' or a 'key-path'", "host", "h", "user", "bob");
    assertRefused("name or an address", "host", "h/x", "user", "bob", "password", "x");
    assertRefused("name or an address", "host", "bob@h", "user", "bob", "password", "x");
    assertRefused(
        "did you mean 'key-path'", "host", "h", "user", "b", "password", "x", "keypath", "y");
    assertRefused(
        "'skip-verify'",
        "host",
        "h",
        "user",
        "b",
        "password",
        "x",
        "skip-verify",
        "true",
        "host-key",
        "k");
  }

  private static void assertRefused(String words, String... pairs) {
    assertThatThrownBy(() -> read(pairs))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(words);
  }

  @Test
  void wrongPasswordIsDeniedAndNotShown() throws IOException {
    try (ReplicaStore store =
        new SftpStoreProvider()
            .open(
                new ReplicaSettings(
                    "sftp",
                    Map.of(
                        "host",
                        "127.0.0.1:" + OnMina.running().port(),
                        "host-key",
                        OnMina.running().hostKey(),
                        "user",
                        "backup",
                        "password",
                        "wrong one",
                        "path",
                        directory.toString())),
                RequestObserver.NONE)) {
      assertThatThrownBy(() -> store.list(ListRequest.below("")))
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
          .hasMessageContaining("refuses the login")
          .satisfies(e -> assertThat(e.toString()).doesNotContain("wrong one"));
    }
  }

  private Kind refusal(String... pairs) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("host", "127.0.0.1:" + OnMina.running().port());
    settings.put("host-key", OnMina.running().hostKey());
    settings.put("path", directory.toString());
    for (int i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    try (ReplicaStore store =
        new SftpStoreProvider().open(new ReplicaSettings("sftp", settings), RequestObserver.NONE)) {
      store.list(ListRequest.below(""));
      throw new AssertionError("not refused");
    } catch (ReplicaException e) {
      return e.kind();
    }
  }

  @Test
  void anotherUserIsDenied() throws IOException {
    assertThat(refusal("user", "mallory", "password", MinaServer.PASSWORD)).isEqualTo(Kind.DENIED);
  }

  @Test
  void aKeyIsReadWithItsPassphraseAlone() throws Exception {
    Path file = directory.resolve("id_ecdsa");
    OpenSSHKeyEncryptionContext encryption = new OpenSSHKeyEncryptionContext();
    encryption.setCipherType("256");
    encryption.setPassword("open sesame");
    try (OutputStream out = Files.newOutputStream(file)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
          KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256), "test", encryption, out);
    }
    String key = file.toString();

    // The server does not know the key; it is asked only if the key could be read.
    assertThat(refusal("user", "backup", "key-path", key, "key-passphrase", "open sesame"))
        .isEqualTo(Kind.DENIED);
    assertThat(refusal("user", "backup", "key-path", key, "key-passphrase", "another"))
        .isEqualTo(Kind.CONFIGURATION);
    assertThat(refusal("user", "backup", "key-path", key)).isEqualTo(Kind.CONFIGURATION);
  }

  @Test
  void keyFileThatIsNoneIsACleanRefusal() throws IOException {
    try (ReplicaStore store =
        new SftpStoreProvider()
            .open(
                new ReplicaSettings(
                    "sftp",
                    Map.of(
                        "host", "127.0.0.1:" + OnMina.running().port(),
                        "host-key", OnMina.running().hostKey(),
                        "user", "backup",
                        "key-path", directory.resolve("none").toString(),
                        "path", directory.toString())),
                RequestObserver.NONE)) {
      assertThatThrownBy(() -> store.list(ListRequest.below("")))
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
          .hasMessageContaining(directory.resolve("none").toString());
    }
  }
}
