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

  /** Stands for the {@code $}. All marks are characters that Unicode leaves to private use. */
  private static final char BEGIN = '\uE000';

  /** Keeps columns as they are where a brace went away. */
  private static final char NOTHING = '\uE001';

  /** What is added to the characters of a name, so that a mark takes no more room than the name. */
  private static final char NAME = '\uE100';

  private static final int ASCII = 0x80;

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
    return enabled && text.chars().anyMatch(c -> c >= BEGIN && c < NAME + ASCII);
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
      marked.append(BEGIN).append(NOTHING);
      markName(text.substring(from + 1, close), marked);
      marked.append(NOTHING);
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
      marked.append(BEGIN);
      markName(text.substring(from, end), marked);
    }
    return end;
  }

  /** A name that is not ASCII is not looked up; its variable counts as not set. */
  private static void markName(String name, StringBuilder marked) {
    name.chars().forEach(c -> marked.append(c < ASCII ? (char) (NAME + c) : NOTHING));
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
      if (c == BEGIN) {
        StringBuilder name = new StringBuilder();
        while (i < scalar.length() && isNameMark(scalar.charAt(i))) {
          char mark = scalar.charAt(i++);
          if (mark != NOTHING) {
            name.append((char) (mark - NAME));
          }
        }
        expanded.append(environment.getOrDefault(name.toString(), ""));
      } else if (c != NOTHING) {
        expanded.append(c);
      }
    }
    return expanded.toString();
  }

  private static boolean isNameMark(char c) {
    return c == NOTHING || (c >= NAME && c < NAME + ASCII);
  }

  /** Whether a value of the file came, wholly or in part, from the environment. */
  static boolean isMarked(String scalar) {
    return scalar.indexOf(BEGIN) >= 0;
  }
}
