package io.litestream.cli.process;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a shell does, without running one: quotes and backslashes
 * count, variables, globs and pipes do not.
 */
final class ShellWords {

  private ShellWords() {}

  /**
   * Splits a line.
   *
   * @throws IllegalArgumentException if a quote is not closed, or nothing follows a backslash
   */
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quote != '\'') {
        i++;
        if (i == line.length()) {
          throw new IllegalArgumentException("it ends in a backslash");
        }
        char escaped = line.charAt(i);
        if (quote == '"' && escaped != '"' && escaped != '\\') {
          word.append(c);
        }
        word.append(escaped);
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
