package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where a replica is and how to get there. Holds secrets, and does not show them. */
final class SftpSettings {

  private static final int DEFAULT_PORT = 22;

  final String host;
  final int port;
  final String user;
  final Optional<String> password;
  final Optional<Path> keyPath;
  final Optional<String> keyPassphrase;
  final Optional<String> hostKey;
  final Optional<Path> knownHosts;
  final boolean skipVerify;

  /** Without a slash at its end; empty for the directory that the login leads to. */
  final String root;

  private SftpSettings(ReplicaSettings settings) throws ReplicaException {
    String address = settings.required("host");
    URI parsed = authority(address);
    this.host = parsed.getHost().replaceAll("^\\[|\\]$", "");
    this.port = parsed.getPort() < 0 ? DEFAULT_PORT : parsed.getPort();
    this.user = settings.required("user");
    this.password = settings.text("password");
    this.keyPath = path(settings, "key-path");
    this.keyPassphrase = settings.text("key-passphrase");
    this.hostKey = settings.text("host-key");
    this.knownHosts = path(settings, "known-hosts-path");
    this.skipVerify = settings.flag("skip-verify", false);
    this.root = settings.text("path").orElse("").replaceAll("(?<=.)/+$", "");
  }

  static SftpSettings read(ReplicaSettings settings) throws ReplicaException {
    var read = new SftpSettings(settings);
    settings.rejectUnread();
    if (read.password.isEmpty() && read.keyPath.isEmpty()) {
      throw configuration("password", "an sftp replica needs a 'password' or a 'key-path'");
    }
    if (read.skipVerify && (read.hostKey.isPresent() || read.knownHosts.isPresent())) {
      throw configuration(
          "skip-verify", "a host key is either checked or not: remove 'skip-verify'");
    }
    return read;
  }

  /** Takes {@code sftp://user:password@host:port/path} apart. */
  static Map<String, String> parseUrl(String url) throws ReplicaException {
    URI parsed;
    try {
      parsed = new URI(url);
    } catch (URISyntaxException e) {
      // Neither the URL nor the exception, which quotes it: it may hold a password.
      throw urlProblem(
          "cannot be taken apart; characters other than letters and digits in a user"
              + " or password are written as %XX");
    }
    if (parsed.getHost() == null) {
      throw urlProblem("names no host");
    }
    if (parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
      throw urlProblem(
          "has no '?' and no '#'; in a password or path they are written as %3F and %23");
    }
    Map<String, String> settings = new TreeMap<>();
    settings.put("host", parsed.getHost() + (parsed.getPort() < 0 ? "" : ":" + parsed.getPort()));
    settings.put("path", parsed.getPath());
    String credentials = parsed.getRawUserInfo();
    if (credentials != null) {
      int colon = credentials.indexOf(':');
      settings.put("user", decoded(colon < 0 ? credentials : credentials.substring(0, colon)));
      if (colon >= 0) {
        settings.put("password", decoded(credentials.substring(colon + 1)));
      }
    }
    return settings;
  }

  /** The URI has been taken apart, so that every % is followed by two digits. */
  private static String decoded(String part) {
    return URI.create("x:/" + part.replace("/", "%2F")).getPath().substring(1);
  }

  private static URI authority(String address) throws ReplicaException {
    try {
      URI parsed = new URI("sftp://" + address);
      if (parsed.getHost() != null
          && parsed.getRawUserInfo() == null
          && parsed.getRawPath().isEmpty()) {
        return parsed;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw configuration("host", "'host' is a name or an address, and a port if it is not 22");
  }

  private static Optional<Path> path(ReplicaSettings settings, String key) throws ReplicaException {
    Optional<String> text = settings.text(key);
    try {
      return text.map(SftpSettings::resolved);
    } catch (InvalidPathException e) {
      throw configuration(key, "'" + key + "' is not a path: " + e.getReason());
    }
  }

  private static Path resolved(String text) {
    Path home = Path.of(System.getProperty("user.home"));
    return text.equals("~") || text.startsWith("~/")
        ? home.resolve(text.substring(Math.min(2, text.length())))
        : Path.of(text);
  }

  private static ReplicaException urlProblem(String problem) {
    return configuration(
        "url",
        "the URL of an sftp replica is like sftp://user:password@host:port/path; this one "
            + problem);
  }

  static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }

  /** Where it is, for messages: without what only its owner knows. */
  @Override
  public String toString() {
    return user + "@" + host + ":" + port + ":" + (root.isEmpty() ? "." : root);
  }
}
