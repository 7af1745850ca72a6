package io.litestream.cli.config;

import java.util.Map;

/**
 * Environment variables in a configuration file: {@code $NAME} and <code>${NAME}</code>, by the
 * rules of Go's {@code os.ExpandEnv}. A variable that is not set stands for nothing.
 *
 * <p>The text is {@linkplain #mark marked} before YAML is parsed, and the values are {@linkplain
 * #expand put in} afterwards, scalar by scalar. So a value may hold {@code :}, {@code #} or a quote
 * without becoming YAML, lines and columns stay those of the file, and <code>${NAME}</code> works
 * inside {@code [...]} and <code>{...}</code>, where YAML would take the brace for its own. What is
 * lost is a variable that holds a piece of YAML, or a key.
 */
final class Variables {

  /** Stand for {@code $} or <code>${</code>, and for what ends the name. Private to Unicode. */
  private static final char BEGIN = '\uE000';

  private static final char END = '\uE001';

  /** Keeps columns as they are where a brace went away. */
  private static final char NOTHING = '\uE002';

  private static final String SPECIAL = "*#$@!?-0123456789";

  private final Map<String, String> environment;
  private final boolean enabled;

  /**
   * @param enabled false leaves every text as it is
   */
  Variables(Map<String, String> environment, boolean enabled) {
    this.environment = environment;
    this.enabled = enabled;
  }

  /** Whether a text holds characters that {@link #mark} needs for itself. */
  boolean isAmbiguous(String text) {
    return enabled && text.chars().anyMatch(c -> c >= BEGIN && c <= NOTHING);
  }

  /** The text with every variable in a form that means nothing to YAML. */
  String mark(String text) {
    if (!enabled || text.indexOf('$') < 0) {
      return text;
    }
    StringBuilder marked = new StringBuilder(text.length() + 64);
    int i = 0;
    while (i < text.length()) {
      if (text.charAt(i) == '$' && i + 1 < text.length()) {
        i = markOne(text, i + 1, marked);
      } else {
        marked.append(text.charAt(i++));
      }
    }
    return marked.toString();
  }

  /**
   * Marks the variable whose {@code $} lies before {@code from}.
   *
   * @return where the text goes on
   */
  private static int markOne(String text, int from, StringBuilder marked) {
    char first = text.charAt(from);
    if (first == '{') {
      int close = text.indexOf('}', from);
      int line = text.indexOf('\n', from);
      if (close < 0 || (line >= 0 && line < close)) {
        // Go swallows the two characters of an unclosed brace.
        marked.append(NOTHING).append(NOTHING);
        return from + 1;
      }
      marked.append(BEGIN).append(NOTHING).append(text, from + 1, close).append(END);
      return close + 1;
    }
    int end = from;
    if (SPECIAL.indexOf(first) >= 0) {
      end++;
    } else {
      while (end < text.length() && isNamePart(text.charAt(end))) {
        end++;
      }
    }
    if (end == from) {
      marked.append('$');
    } else {
      marked.append(BEGIN).append(text, from, end).append(END);
    }
    return end;
  }

  private static boolean isNamePart(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** A marked scalar with the values of its variables. */
  String expand(String scalar) {
    if (!enabled) {
      return scalar;
    }
    StringBuilder expanded = new StringBuilder();
    int i = 0;
    while (i < scalar.length()) {
      char c = scalar.charAt(i++);
      int end = c == BEGIN ? scalar.indexOf(END, i) : -1;
      if (end >= 0) {
        String name = scalar.substring(i, end).replace(String.valueOf(NOTHING), "");
        expanded.append(environment.getOrDefault(name, ""));
        i = end + 1;
      } else if (c != NOTHING) {
        expanded.append(c);
      }
    }
    return expanded.toString();
  }

  /** Whether a value of the file came, wholly or in part, from the environment. */
  static boolean isMarked(String scalar) {
    return scalar.indexOf(BEGIN) >= 0;
  }
}
