package io.litestream.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void alignsColumnsAsTheirWidestValueNeeds() {
    Listing listing = new Listing("name", "generation", "lag", "end");
    listing.add(
        "f\u00fcr",
        "4c994ccc40a5ba03",
        Duration.ofMillis(1350),
        Instant.ofEpochMilli(1_700_000_000_999L));
    listing.add("longer", "x", Duration.ZERO, Instant.EPOCH);

    listing.printTable(out);

    assertThat(printed())
        .isEqualTo(
            """
            name    generation        lag   end
            f\u00fcr     4c994ccc40a5ba03  1.3s  2023-11-14T22:13:20Z
            longer  x                 0s    1970-01-01T00:00:00Z
            """);
  }

  @Test
  void aListWithoutRowsIsItsHeader() {
    new Listing("path", "replicas").printTable(out);

    assertThat(printed()).isEqualTo("path  replicas\n");
  }

  @Test
  void printsTypedJson() throws IOException {
    Listing listing = new Listing("path", "replicas", "size", "lag", "end");
    listing.add(
        "/a \"b\"",
        List.of("x", "y"),
        12L,
        Duration.ofMillis(1350),
        Instant.ofEpochMilli(1_700_000_000_999L));

    listing.printJson(out);

    assertThat(printed())
        .isEqualToIgnoringWhitespace(
            """
            [{"path": "/a \\"b\\"", "replicas": ["x", "y"], "size": 12, "lag_seconds": 1.35,
              "end": "2023-11-14T22:13:20.999Z"}]
            """);
  }

  @Test
  void anEmptyListIsAnEmptyArray() throws IOException {
    new Listing("path").printJson(out);

    assertThat(printed()).isEqualToIgnoringWhitespace("[]");
  }
}
