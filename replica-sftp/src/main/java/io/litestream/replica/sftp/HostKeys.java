package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;

/**
 * The keys by which one server is known, read anew for each connection: from the setting {@code
 * host-key}, else from the files of OpenSSH's client (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
 * Certificates of hosts are not known of. Whether a server is the right one is asked of it once per
 * connection, by one thread at a time.
 */
final class HostKeys implements ServerKeyVerifier {

  private record Known(PublicKey key, boolean revoked) {}

  private final SftpSettings settings;
  private final List<Path> files;
  private List<Known> known = List.of();
  private Optional<String> refusal = Optional.empty();

  HostKeys(SftpSettings settings, List<Path> defaultFiles) {
    this.settings = settings;
    this.files = settings.knownHosts.map(List::of).orElse(defaultFiles);
  }

  /** Where OpenSSH's client looks. */
  static List<Path> defaultFiles() {
    return List.of(
        Path.of(System.getProperty("user.home"), ".ssh", "known_hosts"),
        Path.of("/etc/ssh/ssh_known_hosts"));
  }

  /** Reads the keys. Returns their types, which the server should be asked for. */
  List<String> read() throws ReplicaException {
    refusal = Optional.empty();
    known = settings.skipVerify ? List.of() : settings.hostKey.isPresent() ? given() : listed();
    return known.stream().map(entry -> KeyUtils.getKeyType(entry.key())).distinct().toList();
  }

  private List<Known> given() throws ReplicaException {
    try {
      PublicKey key =
          PublicKeyEntry.parsePublicKeyEntry(settings.hostKey.orElse("").strip())
              .resolvePublicKey(null, null, PublicKeyEntryResolver.FAILING);
      return List.of(new Known(key, false));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw SftpSettings.configuration(
          "host-key",
          "'host-key' is a public key as ssh-keyscan prints it, without the host: a type such as"
              + " ssh-ed25519, a space, and the key in base64");
    }
  }

  private List<Known> listed() throws ReplicaException {
    var keys = new ArrayList<Known>();
    for (Path file : files) {
      if (Files.exists(file)) {
        keys.addAll(listedIn(file));
      } else if (settings.knownHosts.isPresent()) {
        throw SftpSettings.configuration(
            "known-hosts-path", "there is no file " + file + ", which 'known-hosts-path' names");
      }
    }
    return keys;
  }

  private List<Known> listedIn(Path file) throws ReplicaException {
    var keys = new ArrayList<Known>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw SftpSettings.configuration(
          "known-hosts-path", "the known hosts in " + file + " cannot be read: " + e.getMessage());
    }
    for (String line : lines) {
      entry(line).ifPresent(keys::add);
    }
    return keys;
  }

  /** Of this host, if it is; a line that cannot be read names no host, as for OpenSSH. */
  private Optional<Known> entry(String line) {
    String text = line.strip();
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    try {
      KnownHostEntry entry = KnownHostEntry.parseKnownHostEntry(text);
      if (entry == null
          || "cert-authority".equals(entry.getMarker())
          || !entry.isHostMatch(settings.host, settings.port)) {
        return Optional.empty();
      }
      PublicKey key = entry.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
      return Optional.ofNullable(key)
          .map(found -> new Known(found, "revoked".equals(entry.getMarker())));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
    if (settings.skipVerify) {
      return true;
    }
    List<Known> equal =
        known.stream().filter(entry -> KeyUtils.compareKeys(entry.key(), key)).toList();
    if (equal.stream().anyMatch(Known::revoked)) {
      refusal = Optional.of("the host key of " + place() + " has been revoked in known_hosts");
    } else if (equal.isEmpty()) {
      refusal = Optional.of(known.isEmpty() ? unknown(key) : changed(key));
    }
    return refusal.isEmpty();
  }

  /** Why the server was refused, if it was, in one line for an operator. */
  Optional<String> refusal() {
    return refusal;
  }

  private String unknown(PublicKey key) {
    String line = PublicKeyEntry.toString(key);
    return "the host key of "
        + place()
        + " is not known, so that it could be anybody; if "
        + KeyUtils.getFingerPrint(key)
        + " is the server's fingerprint, add the line '"
        + place()
        + " "
        + line
        + "' to "
        + files.get(0)
        + ", or set host-key: "
        + line;
  }

  private String changed(PublicKey key) {
    return "the host key of "
        + place()
        + " is not the one that is known: it is "
        + KeyUtils.getKeyType(key)
        + " "
        + KeyUtils.getFingerPrint(key)
        + "; somebody may be in the way, or the server has a new key, which then belongs "
        + (settings.hostKey.isPresent() ? "into 'host-key'" : "into " + files.get(0));
  }

  /** As known_hosts names it. */
  private String place() {
    return settings.port == 22 ? settings.host : "[" + settings.host + "]:" + settings.port;
  }
}
