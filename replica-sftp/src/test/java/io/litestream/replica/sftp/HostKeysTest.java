package io.litestream.replica.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testservers.MinaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which servers are trusted. */
@Timeout(60)
class HostKeysTest {

  private static final TestServer SERVER = OnMina.running();

  @TempDir Path directory;
  private Path knownHosts;

  @BeforeEach
  void name() {
    knownHosts = directory.resolve("known_hosts");
  }

  private ReplicaStore open(String... more) throws IOException {
    Map<String, String> settings = new TreeMap<>(SERVER.login());
    settings.put("host", "127.0.0.1:" + SERVER.port());
    settings.put("path", directory.resolve("replica").toString());
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new SftpStore(
        SftpSettings.read(new ReplicaSettings("sftp", settings)),
        SftpUnderTest.PATIENCE,
        List.of(knownHosts),
        RequestObserver.NONE);
  }

  private static boolean lists(ReplicaStore opened) throws IOException {
    try (ReplicaStore store = opened) {
      return store.list(ListRequest.below("")).objects().isEmpty();
    }
  }

  private static String refusal(ReplicaStore opened) throws IOException {
    try (ReplicaStore store = opened) {
      ReplicaException e =
          catchThrowableOfType(ReplicaException.class, () -> store.list(ListRequest.below("")));
      assertThat(e).isNotNull();
      assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION);
      assertThat(e.getMessage()).doesNotContain("\n").doesNotContain(MinaServer.PASSWORD);
      return String.valueOf(e.getMessage());
    }
  }

  private static String place() {
    return "[127.0.0.1]:" + SERVER.port();
  }

  private static String otherKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return PublicKeyEntry.toString(generator.generateKeyPair().getPublic());
  }

  @Test
  void unknownServerIsRefusedAndTheMessageHoldsTheLineThatIsMissing() throws IOException {
    String message = refusal(open());
    Matcher line = Pattern.compile("add the line '([^']+)' to (\\S+),").matcher(message);
    assertThat(line.find()).as(message).isTrue();
    assertThat(line.group(2)).isEqualTo(knownHosts.toString());
    Files.writeString(knownHosts, line.group(1) + "\n");
    assertThat(lists(open())).isTrue();
  }

  @Test
  void theMessageHoldsTheSettingThatIsMissing() throws IOException {
    String message = refusal(open());
    String key = message.substring(message.lastIndexOf("host-key: ") + "host-key: ".length());
    assertThat(lists(open("host-key", key))).isTrue();
  }

  @Test
  void serverWithAnotherKeyIsRefused() throws Exception {
    Files.writeString(knownHosts, place() + " " + otherKey() + "\n");
    assertThat(refusal(open())).contains("not the one that is known").contains("SHA256:");
    assertThat(refusal(open("host-key", otherKey()))).contains("not the one that is known");
  }

  @Test
  void keyOfAnotherHostOrPortDoesNotCount() throws IOException {
    Files.writeString(
        knownHosts,
        "127.0.0.1 "
            + SERVER.hostKey()
            + "\n[127.0.0.2]:"
            + SERVER.port()
            + " "
            + SERVER.hostKey());
    assertThat(refusal(open())).contains("not known");
  }

  @Test
  void revokedKeyIsRefused() throws IOException {
    Files.writeString(
        knownHosts,
        place() + " " + SERVER.hostKey() + "\n@revoked " + place() + " " + SERVER.hostKey() + "\n");
    assertThat(refusal(open())).contains("revoked");
  }

  @Test
  void linesThatCannotBeReadAndCommentsAreSkipped() throws IOException {
    Files.writeString(
        knownHosts,
        "# ours\n\nnonsense\n"
            + place()
            + " ssh-unheard-of AAAA\n"
            + place()
            + " "
            + SERVER.hostKey()
            + " a comment\n");
    assertThat(lists(open())).isTrue();
  }

  @Test
  void anotherFileOfKnownHostsMayBeNamed() throws IOException {
    Path other = directory.resolve("others");
    Files.writeString(other, place() + " " + SERVER.hostKey() + "\n");
    assertThat(lists(open("known-hosts-path", other.toString()))).isTrue();
    assertThat(refusal(open("known-hosts-path", directory.resolve("none").toString())))
        .contains("there is no file");
  }

  @Test
  void nobodyIsCheckedIfThatIsSaid() throws IOException {
    assertThat(lists(open("skip-verify", "true"))).isTrue();
  }

  @Test
  void hostKeyThatIsNoneIsRefusedWithAnExample() throws IOException {
    assertThat(refusal(open("host-key", "SHA256:abc"))).contains("ssh-ed25519");
  }

  @Test
  void serverWithSeveralKeysIsAskedForOneThatIsKnown() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair rsa = generator.generateKeyPair();
    MinaServer both = MinaServer.start();
    try {
      both.ssh()
          .setKeyPairProvider(
              KeyPairProvider.wrap(
                  both.ssh().getKeyPairProvider().loadKeys(null).iterator().next(), rsa));
      for (String known : List.of(PublicKeyEntry.toString(rsa.getPublic()), both.hostKey())) {
        assertThat(lists(open("host", "127.0.0.1:" + both.port(), "host-key", known))).isTrue();
      }
    } finally {
      both.ssh().stop(true);
    }
  }
}
