package io.litestream.replica.azure;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys as names of blobs, and back. What the engine writes stands for itself; some characters that
 * only others use do not:
 *
 * <ul>
 *   <li>The service lists names in an order that it does not document beyond "alphabetical", and
 *       the emulator's is that of UTF-16. The port's is that of UTF-8 bytes. The two differ for
 *       characters from U+E000 on, some of which the service does not take either. They are written
 *       as a character below all of these, and six hexadecimal digits, which sort the same in both.
 *   <li>The service takes a backslash for a slash. It is written as {@code [1}, and so that nothing
 *       changes its place, {@code [} as {@code [0}.
 * </ul>
 */
final class BlobNames {

  /** The last letter before the surrogates. */
  private static final char ESCAPE = '\uD7FB';

  private static final Pattern ESCAPED =
      Pattern.compile(ESCAPE + "(0[0-9a-f]{5}|10[0-9a-f]{4})|\\[([01])");
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

  private final String root;

  /**
   * @param path without slashes at its ends; may be empty
   */
  BlobNames(String path) {
    this.root = path.isEmpty() ? "" : path + "/";
  }

  /** The name of a key, or what the names of all keys with a prefix begin with. */
  String name(String key) {
    var name = new StringBuilder(root);
    key.codePoints()
        .forEach(
            c -> {
              if (c == '[' || c == '\\') {
                name.append('[').append(c == '[' ? '0' : '1');
              } else if (c < ESCAPE) {
                name.append((char) c);
              } else {
                name.append(ESCAPE).append(String.format(Locale.ROOT, "%06x", c));
              }
            });
    return name.toString();
  }

  /** The key of a name that begins with the root. */
  String key(String name) {
    Matcher escaped = ESCAPED.matcher(name.substring(root.length()));
    return escaped.replaceAll(
        match -> {
          String code = match.group(1);
          if (code != null) {
            return Matcher.quoteReplacement(Character.toString(Integer.parseInt(code, 16)));
          }
          return "0".equals(match.group(2)) ? "[" : "\\\\";
        });
  }

  /** A name as the path of a URL has it. */
  static String encoded(String name) {
    var encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (UNRESERVED.indexOf((char) b) >= 0) {
        encoded.append((char) b);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
      }
    }
    return encoded.toString();
  }
}
