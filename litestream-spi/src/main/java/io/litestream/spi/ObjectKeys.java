package io.litestream.spi;

import java.util.Comparator;

/** What makes a string a key, and the order that keys are listed in. */
public final class ObjectKeys {

  /**
   * The order of listings: by the keys' UTF-8 bytes, which is also the order of their code points.
   * {@link String#compareTo} differs from it where characters outside the basic plane meet those
   * from U+E000 up, because surrogates sort below the latter.
   */
  public static final Comparator<String> ORDER = ObjectKeys::compare;

  private ObjectKeys() {}

  /**
   * The key itself, if it keeps the model of {@link ReplicaStore}: not empty; no segment is empty,
   * {@code .} or {@code ..}; no NUL; no half of a surrogate pair, which has no UTF-8 form.
   *
   * @throws IllegalArgumentException if it does not; the message names the rule and the key
   */
  public static String requireValid(String key) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a key is not empty");
    }
    int start = 0;
    while (start <= key.length()) {
      int slash = key.indexOf('/', start);
      int end = slash < 0 ? key.length() : slash;
      requireValidSegment(key, start, end);
      start = end + 1;
    }
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException(
            "a key holds no NUL: " + key.substring(0, i) + "\\0" + key.substring(i + 1));
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < key.length()
          && Character.isLowSurrogate(key.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            "a key is Unicode text; half a surrogate pair stands at index " + i + ": " + key);
      }
    }
    return key;
  }

  private static void requireValidSegment(String key, int start, int end) {
    int length = end - start;
    if (length == 0) {
      throw new IllegalArgumentException(
          "a key has no empty segment, nor a / at either end: " + key);
    }
    if (length <= 2 && key.charAt(start) == '.' && key.charAt(end - 1) == '.') {
      throw new IllegalArgumentException("a key has no segment . or ..: " + key);
    }
  }

  private static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return Integer.compare(rank(x), rank(y));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** A surrogate stands for a code point above all that fit one character. */
  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }
}
