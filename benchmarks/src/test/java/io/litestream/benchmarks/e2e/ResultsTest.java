package io.litestream.benchmarks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of measured values: medians, ratios, table and plot. */
class ResultsTest {

  private static final Figure TIME = new Figure("restore", "all of it", "s", Better.LOWER);
  private static final Figure RATE = new Figure("throughput", "small", "commits/s", Better.HIGHER);
  private static final Figure UPLOADS = new Figure("lag", "uploads", "", Better.NEITHER);

  private final Results results = new Results();

  private void add(Figure figure, String tool, double... values) {
    for (double value : values) {
      results.add(figure, tool, value);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, 3", "0, 1", "1, 9", "0.25, 2", "0.375, 2.5"})
  void quantileLiesBetweenTheValues(double part, double expected) {
    assertThat(Results.quantile(List.of(9.0, 1.0, 3.0, 2.0, 5.0), part)).isEqualTo(expected);
  }

  @Test
  void lessTimeAndMoreWorkAreBetter() {
    add(TIME, "ours", 1, 100, 2);
    add(TIME, "peer", 8);
    add(RATE, "ours", 300);
    add(RATE, "peer", 200);
    add(UPLOADS, "ours", 7);
    add(UPLOADS, "peer", 7);

    assertThat(results.ratio(TIME, "ours", "peer").orElseThrow()).isCloseTo(4, within(1e-9));
    assertThat(results.ratio(RATE, "ours", "peer").orElseThrow()).isCloseTo(1.5, within(1e-9));
    assertThat(results.ratio(UPLOADS, "ours", "peer")).isEmpty();
    assertThat(results.ratio(TIME, "ours", "nobody")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.01234, 0.012", "1.2345, 1.23", "12.345, 12.3", "1234.4, 1234"})
  void valuesHaveThreeDigitsThatMeanSomething(double value, String text) {
    assertThat(Results.text(value)).isEqualTo(text);
  }

  @Test
  void tableShowsMediansRatioAndWhatItIsWithout() {
    add(RATE, "no replication", 400);
    add(RATE, "ours", 300);
    add(RATE, "peer", 200);

    assertThat(new Report(List.of("today"), List.of("ours", "peer"), results).markdown())
        .contains("- today\n")
        .contains(
            "## Throughput\n\n| | ours | peer | times better | without |\n|---|---|---|---|---|")
        .contains("| small, commits/s | 300 | 200 | 1.50 | 400 |\n");
  }

  @Test
  void tableOfOneToolComparesWithNothing() {
    add(TIME, "ours", 2);

    assertThat(new Report(List.of(), List.of("ours"), results).markdown())
        .contains("| | ours | without |\n|---|---|---|\n| all of it, s | 2 |  |\n")
        .doesNotContain("e2e.svg");
  }

  @Test
  void plotIsXmlWithABarForEachRatio() throws Exception {
    String svg =
        new SvgPlot(
                "better & worse",
                List.of(new SvgPlot.Bar("a <b>", 12.5), new SvgPlot.Bar("c", 0.4)))
            .svg();
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));

    assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(3);
    assertThat(svg).contains(">12.5<").contains(">0.400<").contains("a &lt;b&gt;");
  }
}
