package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What can be said without looking into a replica. */
class ProgramTest {

  @TempDir Path home;

  private CommandLineRun command;

  @BeforeEach
  void setUp() {
    command = new CommandLineRun(home);
  }

  @Test
  void withoutACommandItShowsThemAllAndFails() {
    assertThat(command.run()).isEqualTo(1);
    assertThat(command.out()).contains("databases", "replicate", "restore", "demo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "-h", "--help"})
  void helpSucceeds(String argument) {
    assertThat(command.run(argument)).isZero();
    assertThat(command.out()).contains("litestream <command> [arguments]");
  }

  @ParameterizedTest
  @EnumSource
  void everyCommandExplainsItself(CommandName name) {
    assertThat(command.run(name.text(), "-h")).isZero();
    assertThat(command.out()).startsWith("Usage: litestream " + name.text());
    assertThat(command.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "-version", "--version"})
  void printsTheVersionAlone(String argument) {
    assertThat(command.run(argument)).isZero();
    assertThat(command.out()).matches("v\\S+\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          bogus                                        | unknown command 'bogus'; there are: check, cost, databases,
          restor                                       | unknown command 'restor'; did you mean 'restore'?
          databases x                                  | too many arguments
          databases -config /no/such.yml               | config file not found: /no/such.yml
          databases --config=/no/such.yml              | config file not found: /no/such.yml
          generations                                  | database path or replica URL required
          generations -bogus                           | unknown option: '-bogus' ('litestream generations -h' lists the options)
          snapshots a b                                | too many arguments
          wal -config /x file:///y                     | cannot specify a replica URL and the -config flag
          wal -generation                              | missing required parameter for option '--generation' (NAME)
          restore                                      | database path or replica URL required
          restore a b                                  | too many arguments
          restore -config /x file:///y                 | cannot specify a replica URL and the -config flag
          restore -o out -index 1g file:///y           | invalid -index '1g': an index is a hexadecimal number
          restore -o out -index 80000000 file:///y     | invalid -index '80000000'
          restore -o out -index= file:///y             | invalid -index ''
          restore -o out -timestamp 2026-01-01 file:///y | invalid -timestamp '2026-01-01': write date, time and offset
          restore -o out -generation 00 file:///y      | invalid -generation '00'
          restore -o out -parallelism 0 file:///y      | invalid -parallelism '0'
          restore -o out -parallelism x file:///y      | invalid value for option '--parallelism': 'x' is not an int
          restore -o out -integrity-check x file:///y  | invalid -integrity-check 'x': auto, none, quick or full
          restore -o out -index 1 -timestamp 2026-01-01T00:00:00Z file:///y | cannot specify both -index and -timestamp
          replicate app.db                             | must specify at least one replica URL for app.db
          replicate -config /x app.db file:///y        | cannot specify a replica URL and the -config flag
          replicate -shutdown-timeout 10x app.db file:///y | invalid -shutdown-timeout '10x': 'x' is no unit
          replicate app.db zip://y                     | no adapter for zip:// URLs is installed
          demo x                                       | too many arguments
          """)
  void aMistakeIsOneLineAndExitCode1(String line, String message) {
    assertThat(command.run((Object[]) line.split(" "))).isEqualTo(1);
    assertThat(command.out()).isEmpty();
    assertThat(command.err().lines()).hasSize(1).first().asString().contains(message);
    assertThat(command.err()).startsWith("litestream: ");
  }

  @Test
  void theStackIsShownOnRequest() {
    assertThat(command.run("databases", "--debug", "-config", "/no/such.yml")).isEqualTo(1);
    assertThat(command.err()).contains("\tat io.litestream.cli.");
  }

  @Test
  void theConfigurationMayBeNamedByTheEnvironment() {
    command.with("LITESTREAM_CONFIG", "/no/such.yml");

    assertThat(command.run("databases")).isEqualTo(1);
    assertThat(command.err()).isEqualTo("litestream: config file not found: /no/such.yml\n");
  }

  @Test
  void everyOptionHasItsOneDashAndItsGnuForm() {
    for (CommandName name : CommandName.values()) {
      for (var option : new CommandLine(name.create()).getCommandSpec().options()) {
        List<String> names = List.of(option.names());
        assertThat(names.stream().filter(n -> n.startsWith("--")).toList()).hasSize(1);
        assertThat(names).hasSizeGreaterThan(1);
      }
    }
  }
}
