package io.litestream.cli;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.ConfigurationException;
import io.litestream.cli.config.ConfigurationReader;
import io.litestream.core.ReplicaStores;
import io.litestream.spi.ReplicaException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the configuration comes from. */
final class ConfigOptions {

  static final String DEFAULT_FILE = "/etc/litestream.yml";

  @Option(
      names = {"-config", "--config"},
      paramLabel = "PATH",
      description = "The configuration file. Default: $LITESTREAM_CONFIG, or " + DEFAULT_FILE + ".")
  @Nullable String config;

  @Option(
      names = {"-no-expand-env", "--no-expand-env"},
      description = "Leaves $$VAR and $${VAR} in the configuration file as they are.")
  boolean noExpandEnv;

  /** Whether a file was named on the command line. */
  boolean isGiven() {
    return config != null && !config.isEmpty();
  }

  Configuration read(Surroundings surroundings) throws ConfigurationException, ReplicaException {
    String file = config;
    if (file == null || file.isEmpty()) {
      file = surroundings.environment().getOrDefault("LITESTREAM_CONFIG", "");
    }
    if (file.isEmpty()) {
      file = DEFAULT_FILE;
    }
    Path path = surroundings.paths().resolve(file);
    return new ConfigurationReader(
            surroundings.environment(),
            !noExpandEnv,
            surroundings.paths(),
            ReplicaStores.installed())
        .read(path);
  }
}
