package io.litestream.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.cli.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ChildCommandTest {

  @TempDir Path directory;

  @Test
  void tellsTheExitCode() throws IOException {
    assertThat(ChildCommand.parse("sh -c 'exit 3'").start().exit().join()).isEqualTo(3);
    assertThat(ChildCommand.parse("true").start().exit().join()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void passesSignalsOn(StopSignal signal) throws Exception {
    Path ready = directory.resolve("ready");
    String script =
        "trap 'exit 40' INT; trap 'exit 41' TERM; echo > "
            + ready
            + "; while :; do sleep 0.05; done";
    ChildProcess child = ChildCommand.parse("sh -c \"" + script + "\"").start();
    Wait.until("the child is ready", () -> Files.exists(ready));

    child.signal(signal);

    assertThat(child.exit().join()).isEqualTo(signal == StopSignal.INT ? 40 : 41);
  }

  @Test
  void aKilledChildHasTheCodeThatShellsGiveIt() throws IOException {
    ChildProcess child = ChildCommand.parse("sleep 60").start();

    child.kill();

    assertThat(child.exit().join()).isEqualTo(137);
  }

  @Test
  void saysWhatCannotBeRun() {
    assertThatThrownBy(() -> ChildCommand.parse("a 'b"))
        .hasMessage("cannot parse exec command: a ' is not closed");
    assertThatThrownBy(() -> ChildCommand.parse(" "))
        .hasMessage("cannot parse exec command: it is empty");
    assertThatThrownBy(() -> ChildCommand.parse("/no/such/program x").start())
        .hasMessageStartingWith("cannot start exec command /no/such/program: No such file");
  }
}
