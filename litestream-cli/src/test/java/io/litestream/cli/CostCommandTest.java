package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostCommandTest {

  @TempDir Path directory;
  private CommandLineRun command;
  private Path config;

  @BeforeEach
  void setUp() throws Exception {
    command = new CommandLineRun(directory);
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            "dbs: [{path: /no/app.db, replicas: [{type: s3, bucket: b, path: p, retention: none}]}]\n");
  }

  @Test
  void forecastsWhatTheSettingsAskFor() {
    assertThat(command.run("cost", "-config", config, "-wal-per-day", "0"))
        .as(command.err())
        .isZero();

    assertThat(command.out().lines())
        .hasSize(2)
        .anyMatch(
            line -> line.matches("/no/app.db +s3 +2592000 +0 +0 +0 +0.000 +12.96 +0.00 +12.96"));
  }

  @Test
  void pricesCanBeOverridden() throws Exception {
    Path prices =
        Files.writeString(
            directory.resolve("prices.json"),
            "{\"mine\": {\"put\": 0.01, \"list\": 0, \"get\": 0, \"delete\": 0, \"storage\": 0}}");

    assertThat(
            command.run(
                "cost", "-json", "-config", config, "-prices", prices, "-price-list", "mine"))
        .as(command.err())
        .isZero();

    assertThat(command.out()).contains("\"put\" : 2592000", "\"cost\" : 25.92");
  }

  @Test
  void unknownPricesAreAnError() {
    assertThat(command.run("cost", "-config", config, "-price-list", "none")).isEqualTo(1);
    assertThat(command.err()).contains("there are no prices for 'none'");
  }

  @Test
  void measuringNeedsAProcessToAsk() {
    assertThat(command.run("cost", "-measured", "-config", config)).isEqualTo(1);
    assertThat(command.err()).contains("-measured needs an 'addr'");
  }
}
