package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoCommandTest {

  @TempDir Path home;

  @Test
  void losesNothing() {
    CommandLineRun command = new CommandLineRun(home);

    assertThat(command.run("demo")).as(command.out() + command.err()).isZero();
    assertThat(command.out())
        .containsPattern("(\\d+) of \\1 rows are equal, and (\\d+) of \\2 pages")
        .contains("Nothing was lost.");
    assertThat(command.err()).isEmpty();
  }
}
