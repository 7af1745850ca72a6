package io.litestream.core.position;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * One unbroken history of a database, from a snapshot on through every WAL frame since.
 *
 * @param name 16 lower-case hexadecimal digits, chosen at random when the generation begins
 */
public record Generation(String name) {

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}");

  public Generation {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a generation is named by 16 lower-case hexadecimal digits, not '" + name + "'");
    }
  }

  /** The generation that a random number names. */
  public static Generation of(long random) {
    return new Generation(HexFormat.of().toHexDigits(random));
  }

  /** Whether a text is the name of a generation. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  @Override
  public String toString() {
    return name;
  }
}
