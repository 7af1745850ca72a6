package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes URLs of S3 replicas apart. The forms:
 *
 * <pre>
 * s3://BUCKET/PATH                        Amazon
 * s3://BUCKET.HOST[:PORT]/PATH            a store that is known by its host, see {@link Vendor}
 * s3://BUCKET.HOST:PORT/PATH              any other server: the port says that it is one
 * s3://BUCKET/PATH?endpoint=URL&amp;...       any server; further settings by name
 * </pre>
 */
final class S3Url {

  /** Would be seen in process lists, shell histories and logs. */
  private static final Set<String> NEVER_IN_A_URL =
      Set.of(
          "access-key-id",
          "secret-access-key",
          "session-token",
          "sse-customer-key",
          "bucket",
          "path");

  private S3Url() {}

  static Map<String, String> parse(String url) throws ReplicaException {
    String rest = url.substring(url.indexOf("://") + 3);
    if (rest.contains("#")) {
      throw malformed("a '#' in a URL is written as %23");
    }
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    String place = question < 0 ? rest : rest.substring(0, question);
    int slash = place.indexOf('/');
    String authority = slash < 0 ? place : place.substring(0, slash);
    String path = slash < 0 ? "" : decode(place.substring(slash + 1));
    if (authority.contains("@")) {
      // Not quoted: it may hold a password.
      throw malformed(
          "credentials do not belong into a URL, where others can see them; use 'access-key-id'"
              + " and 'secret-access-key' in the configuration, or the environment");
    }
    Map<String, String> settings = new TreeMap<>();
    putHost(settings, authority);
    putQuery(settings, query);
    if (!path.isEmpty()) {
      settings.put("path", path);
    }
    return settings;
  }

  private static void putHost(Map<String, String> settings, String authority)
      throws ReplicaException {
    if (authority.isEmpty()) {
      throw malformed("the URL names no bucket; it looks like s3://BUCKET/PATH");
    }
    int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
    String host = colon < 0 ? authority : authority.substring(0, colon);
    String port = colon < 0 ? "" : authority.substring(colon);
    Optional<Vendor.Host> known = Vendor.ofHost(host.toLowerCase(Locale.ROOT));
    if (known.isPresent()) {
      int end = host.length() - known.get().host().length() - 1;
      if (end > 0) {
        settings.put("bucket", host.substring(0, end));
      }
      settings.put("endpoint", known.get().host() + port);
    } else if (port.isEmpty()) {
      settings.put("bucket", host);
    } else {
      int dot = host.indexOf('.');
      if (dot < 1) {
        throw malformed(
            "'"
                + authority
                + "' names no bucket; a server's URL looks like s3://BUCKET.HOST:PORT/PATH");
      }
      settings.put("bucket", host.substring(0, dot));
      settings.put("endpoint", host.substring(dot + 1) + port);
    }
  }

  private static void putQuery(Map<String, String> settings, String query) throws ReplicaException {
    if (query.isEmpty()) {
      return;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw malformed("the part after '?' is made of NAME=VALUE, with '&' between them");
      }
      String name = hyphenated(pair.substring(0, equals));
      if (NEVER_IN_A_URL.contains(name)) {
        throw malformed("'" + name + "' cannot be given after the '?' of a URL");
      }
      settings.put(name, decode(pair.substring(equals + 1)));
    }
  }

  /**
   * Litestream v0.5 writes {@code forcePathStyle} in URLs and {@code force-path-style} in files.
   */
  private static String hyphenated(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private static String decode(String text) throws ReplicaException {
    var bytes = new ByteArrayOutputStream();
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] != '%') {
        bytes.write(encoded[i]);
        continue;
      }
      int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
      int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw malformed("a '%' in a URL is followed by two hexadecimal digits; itself it is %25");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("what its %-escapes stand for is not UTF-8");
    }
  }

  private static ReplicaException malformed(String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", "url", null, detail, null);
  }
}
