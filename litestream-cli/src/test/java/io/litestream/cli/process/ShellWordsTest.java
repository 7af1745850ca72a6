package io.litestream.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {

  static List<Arguments> lines() {
    return List.of(
        Arguments.of("", List.of()),
        Arguments.of("  a  b\t\nc ", List.of("a", "b", "c")),
        Arguments.of("'a b' c", List.of("a b", "c")),
        Arguments.of("\"a b\" c", List.of("a b", "c")),
        Arguments.of("a' 'b\" \"c", List.of("a b c")),
        Arguments.of("'' \"\"", List.of("", "")),
        Arguments.of("a\\ b", List.of("a b")),
        Arguments.of("\\'a", List.of("'a")),
        Arguments.of("'a\\b'", List.of("a\\b")),
        Arguments.of("\"a\\\"b\\\\c\\n\"", List.of("a\"b\\c\\n")),
        Arguments.of("echo $HOME | wc *", List.of("echo", "$HOME", "|", "wc", "*")));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void splitsAsAShellDoes(String line, List<String> words) {
    assertThat(ShellWords.split(line)).isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a 'b", "a \"b", "a \\", "\"a\\\""})
  void rejectsAnUnfinishedLine(String line) {
    assertThatThrownBy(() -> ShellWords.split(line)).isInstanceOf(IllegalArgumentException.class);
  }
}
