package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckCommandTest {

  @TempDir Path directory;

  private CommandLineRun command;
  private Path database;
  private Path backup;
  private String url;

  @BeforeEach
  void setUp() throws Exception {
    database = SampleReplica.create(directory).database();
    backup = directory.resolve("backup");
    url = "file://" + backup;
    command = new CommandLineRun(directory).at(Clock.systemUTC());
  }

  private Path config(String top) throws Exception {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        top + "dbs: [{path: ~/app.db, replicas: [{url: '%s'}]}]\n".formatted(url));
  }

  @Test
  void aReplicaThatAllowsEverythingIsAllRight() throws Exception {
    assertThat(command.run("check", url)).as(command.err()).isZero();

    assertThat(command.out())
        .contains("replica 'file'\n")
        .containsSubsequence(
            "  ok    write         allowed\n",
            "  ok    list          allowed\n",
            "  ok    read          allowed\n",
            "  ok    delete        allowed\n",
            "  ok    clock         ");
    try (Stream<Path> left = Files.list(backup)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void withoutAnArgumentEverythingConfiguredIsChecked() throws Exception {
    assertThat(command.run("check", "-config", config(""))).as(command.err()).isZero();

    assertThat(command.out())
        .startsWith(database + "\n  ok    database  ")
        .contains("  ok    journal_mode  wal\n")
        .contains(database + " replica 'file'\n  ok    write  ");
  }

  @Test
  void whatIsWrongHasACodeOfItsOwn() throws Exception {
    Files.writeString(backup, "a file, where the directory is to be");
    int unusable = command.run("check", url);
    assertThat(unusable).isBetween(3, 5);
    assertThat(command.out()).contains("  FAIL  write  ");

    Path text = Files.writeString(directory.resolve("app.db"), "no database at all".repeat(10));
    assertThat(text).exists();
    assertThat(new CommandLineRun(directory).run("check", "-config", config(""), database))
        .isEqualTo(2);
  }

  @Test
  void clocksThatDifferHaveACodeOfTheirOwn() {
    // The command's clock stands still, long ago.
    assertThat(new CommandLineRun(directory).run("check", url)).isEqualTo(8);
  }

  @Test
  void programsGetTheSameAsJson() throws Exception {
    assertThat(command.run("check", "-json", "-config", config(""), database)).isZero();

    assertThat(command.out())
        .startsWith("{\n  \"exit_code\" : 0,")
        .contains("\"database\" : \"" + database + "\"", "\"replica\" : \"file\"")
        .contains("\"subject\" : \"delete\"", "\"verdict\" : \"ok\"");
  }

  @Test
  void replicateChecksAtItsStart() throws Exception {
    String log = replicateUntil("replica checked", config("logging: {stderr: true}\n"));

    assertThat(log)
        .contains("msg=\"replica checked\" db=" + database + " replica=file write=ok list=ok")
        .contains("read=ok delete=ok");
  }

  @Test
  void replicateGoesOnIfTheCheckFails() throws Exception {
    Files.writeString(backup, "in the way");

    String log = replicateUntil("replica check failed", config("logging: {stderr: true}\n"));

    assertThat(log).contains("level=ERROR msg=\"replica check failed\" db=" + database);
  }

  @Test
  void replicateDoesNotCheckIfToldSo() throws Exception {
    assertThat(
            command.run(
                "replicate",
                "-exec",
                "sleep 1",
                "-config",
                config("check-on-start: false\nlogging: {stderr: true}\n")))
        .isZero();

    assertThat(command.err()).contains("initialized db").doesNotContain("replica check");
  }

  /** Runs until something is logged; what comes after that does not matter. */
  private String replicateUntil(String message, Path config) throws Exception {
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () -> command.run("replicate", "-shutdown-timeout", "1s", "-config", config));
    command.awaitErr(message, code);
    String log = command.err();
    command.send(StopSignal.TERM);
    code.join();
    return log;
  }
}
