package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what Go's {@code os.ExpandEnv} gives. */
class VariablesTest {

  private static final Map<String, String> ENVIRONMENT = Map.of("A", "one", "B_2", "two", "E", "");

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "$A, one",
    "${A}, one",
    "x$A/y, xone/y",
    "x${A}y, xoney",
    "$A$B_2, onetwo",
    "${A}${B_2}, onetwo",
    "$Ay, ''",
    "[$UNSET], []",
    "[${UNSET}], []",
    "[$E], []",
    "cost: 5$, cost: 5$",
    "$ A, $ A",
    "$/x, $/x",
    "$$, ''",
    "$$A, A",
    "$1x, x",
    "[${}], []",
    "${A, A",
    "p%40ss, p%40ss",
  })
  void expandsAsGoDoes(String text, String expanded) {
    Variables variables = new Variables(ENVIRONMENT, true);

    assertThat(variables.expand(variables.mark(text))).isEqualTo(expanded);
  }

  @ParameterizedTest
  @CsvSource({"$A", "${A}", "x${A}y$B_2", "[${}]", "${A", "$$A"})
  void markingKeepsColumns(String text) {
    assertThat(new Variables(ENVIRONMENT, true).mark(text)).hasSameSizeAs(text);
  }

  @Test
  void leavesEverythingAloneIfDisabled() {
    Variables variables = new Variables(ENVIRONMENT, false);

    assertThat(variables.expand(variables.mark("$A ${B_2} \uE000\uE141")))
        .isEqualTo("$A ${B_2} \uE000\uE141");
    assertThat(variables.isAmbiguous("\uE000\uE141")).isFalse();
  }

  @Test
  void knowsTextThatLooksMarked() {
    assertThat(new Variables(ENVIRONMENT, true).isAmbiguous("\uE000\uE141")).isTrue();
  }
}
