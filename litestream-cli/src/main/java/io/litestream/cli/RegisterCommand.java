package io.litestream.cli;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = "litestream register [options] -replica URL DB_PATH",
    description = {
      "Has the process that replicates take on a database more, until 'litestream unregister' or"
          + " until the process is restarted. A database that it has already is left as it is."
    })
final class RegisterCommand implements Command {

  @Option(
      names = {"-replica", "--replica"},
      paramLabel = "URL",
      description = "Where its replica is to be kept.")
  @Nullable String replica;

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Path database = control.database(surroundings);
    String url = replica;
    if (url == null || url.isEmpty()) {
      throw new CommandException(
          "-replica is required, such as: litestream register -replica file:///mnt/backup/app "
              + database);
    }
    JsonTree answer =
        control
            .client(surroundings)
            .post("/register", Map.of("path", database.toString(), "replica_url", url));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("status", answer.text("status").orElse(""));
    result.put("db_path", database.toString());
    result.put("replica", withoutSecrets(url));
    result.put("socket", control.path(surroundings).toString());
    control.print(result, surroundings);
    return Program.OK;
  }

  /** A URL may hold a password before its host, and keys in its query. */
  private static String withoutSecrets(String url) {
    return url.replaceFirst("\\?.*", "").replaceFirst("://[^/]*@", "://");
  }
}
