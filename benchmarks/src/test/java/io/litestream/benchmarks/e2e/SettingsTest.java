package io.litestream.benchmarks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void sizesAreFullUnlessTheyAreQuickOrGiven() {
    assertThat(read().size(Size.SEGMENTS)).isEqualTo(5_000);
    assertThat(read("--quick").size(Size.SEGMENTS)).isEqualTo(50);
    assertThat(read("--segments=7", "--quick").size(Size.SEGMENTS)).isEqualTo(7);
  }

  @Test
  void peerIsThatOfTheEnvironmentUnlessItIsNamed() {
    assertThat(read().peer()).isEmpty();
    Map<String, String> environment = Map.of("LITESTREAM_PEER", "/opt/litestream");
    assertThat(Settings.read(List.of(), environment).peer()).contains(Path.of("/opt/litestream"));
    assertThat(Settings.read(List.of("--peer=/other"), environment).peer())
        .contains(Path.of("/other"));
    assertThat(Settings.read(List.of("--peer="), environment).peer()).isEmpty();
  }

  @Test
  void measurementsAreThoseThatAreNamed() {
    assertThat(read().measurements()).containsExactly(Measurement.values());
    assertThat(read("--only=idle,start-up").measurements())
        .containsExactly(Measurement.IDLE, Measurement.START_UP);
  }

  @Test
  void whatIsNotKnownIsRefused() {
    for (String argument : List.of("--fast", "--only=speed", "--segments=many", "quick")) {
      assertThatThrownBy(() -> read(argument))
          .as(argument)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void everyOptionIsInTheHelp() {
    assertThat(Settings.HELP)
        .contains("--quick", "--only", "--ours", "--peer", "--out", "catch-up")
        .contains(Arrays.stream(Size.values()).map(Size::option).toList());
  }

  private static Settings read(String... arguments) {
    return Settings.read(List.of(arguments), Map.of());
  }
}
