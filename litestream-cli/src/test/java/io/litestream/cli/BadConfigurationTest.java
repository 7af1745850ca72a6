package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake in the configuration file ends every command before anything is done. */
@Timeout(60)
class BadConfigurationTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          dbs: [{path: /a                                       | 1:16
          dbs: [{pth: /a}]                                      | 1:8: unknown key 'pth' in a database; did you mean 'path'?
          dbs: [{path: /a, monitor-interval: 1x}]               | 1:36: 'monitor-interval' is not a duration: '1x'
          dbs: [{path: /a, min-checkpoint-page-count: few}]     | 1:45: 'min-checkpoint-page-count'
          dbs: [{path: /a, replicas: [{url: "zip://b"}]}]       | 1:35: 'url' cannot be used: no adapter for zip:// URLs
          dbs: [{path: /a, replicas: [{url: "file://b/c"}]}]    | 'b' was taken for a host
          dbs: [{path: /a, replicas: [{type: fil, path: /b}]}]  | 'fil'
          """)
  void isNamedWithItsPlace(String yaml, String message) throws IOException {
    Path config = Files.writeString(directory.resolve("litestream.yml"), yaml);
    for (String name : new String[] {"replicate", "databases"}) {
      CommandLineRun command = new CommandLineRun(directory);

      assertThat(command.run(name, "-config", config)).isEqualTo(1);
      assertThat(command.out()).isEmpty();
      assertThat(command.err().lines())
          .singleElement()
          .asString()
          .startsWith("litestream: " + config)
          .contains(message);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(config);
    }
  }

  @Test
  void thatMayNotBeReadIsNamed() throws Exception {
    Path config = Files.writeString(directory.resolve("litestream.yml"), "dbs: []");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("---------"));
    try (LitestreamProcess databases =
        Unprivileged.start(directory, "databases", "-config", config)) {
      assertThat(databases.exitCode()).isEqualTo(1);
      assertThat(databases.output().lines())
          .singleElement()
          .asString()
          .contains("config file " + config + " may not be read by this user");
    }
  }
}
