package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicates a real database to a directory, and restores from that. */
@Timeout(60)
class ReplicateCommandTest {

  @TempDir Path directory;

  private CommandLineRun command;
  private Path database;
  private String url;

  @BeforeEach
  void setUp() throws Exception {
    database = SampleReplica.create(directory).database();
    url = "file://" + directory.resolve("backup");
    command = new CommandLineRun(directory);
  }

  private int restoredRows() throws Exception {
    Path output = directory.resolve("restored.db");
    assertThat(new CommandLineRun(directory).run("restore", "-o", output, url)).isZero();
    return SampleReplica.rows(output);
  }

  @Test
  void aSignalEndsItWithEverythingReplicated() throws Exception {
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> command.run("replicate", database, url));
    command.send(StopSignal.TERM);

    assertThat(code.join()).as(command.err()).isZero();
    assertThat(command.err())
        .contains("msg=litestream version=v")
        .contains("msg=\"initialized db\" path=" + database)
        .contains(
            "msg=\"replicating to\" name=file type=file sync-interval=1s path="
                + directory.resolve("backup"))
        .contains("msg=\"signal received, litestream shutting down\"")
        .contains("msg=\"litestream shut down\"");
    assertThat(restoredRows()).isEqualTo(3);
  }

  @Test
  void theEndOfTheChildEndsItToo() throws Exception {
    assertThat(command.run("replicate", "-exec", "sh -c 'exit 7'", database, url)).isEqualTo(7);
    assertThat(command.err()).contains("subprocess exited, litestream shutting down");
    assertThat(restoredRows()).isEqualTo(3);
  }

  @Test
  void onceEndsByItselfWhenTheReplicaHoldsEverything() throws Exception {
    assertThat(command.run("replicate", "-once", database, url)).as(command.err()).isZero();
    assertThat(restoredRows()).isEqualTo(3);
  }

  @Test
  void onceFailsWhereTheReplicaCannotBeWritten() throws Exception {
    Files.writeString(directory.resolve("backup"), "a file where a directory belongs");
    assertThat(command.run("replicate", "-once", "-shutdown-timeout", "100ms", database, url))
        .isEqualTo(1);
    assertThat(command.err()).contains("replica 'file' of " + database);
  }

  @Test
  void onceNeedsADatabase() {
    assertThat(command.run("replicate", "-once", directory.resolve("none.db"), url)).isEqualTo(1);
    assertThat(command.err()).contains("database does not exist: " + directory.resolve("none.db"));
  }

  @Test
  void aMissingDatabaseIsRestoredBeforeTheChildSeesIt() throws Exception {
    assertThat(command.run("replicate", "-once", database, url)).isZero();
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(database + suffix));
    }
    String script = "sh -c 'test -s " + database + "'";
    assertThat(
            command.run("replicate", "-restore-if-db-not-exists", "-exec", script, database, url))
        .as(command.err())
        .isZero();
    assertThat(command.err()).contains("msg=\"database restored\" db=" + database);
    assertThat(SampleReplica.rows(database)).isEqualTo(3);
  }

  @Test
  void aDatabaseThatIsThereIsNotRestored() throws Exception {
    String option = "-restore-if-db-not-exists";
    assertThat(command.run("replicate", option, "-once", database, url)).isZero();
    assertThat(command.err()).doesNotContain("restored");
  }

  @Test
  void nothingToRestoreFromIsNoFailure() {
    String option = "-restore-if-db-not-exists";
    Path none = directory.resolve("none.db");
    assertThat(command.run("replicate", option, "-exec", "true", none, url)).isZero();
    assertThat(command.err()).contains("there is nothing to restore it from");
  }

  @Test
  void aRestoreThatFailsKeepsReplicationFromBeginning() throws Exception {
    assertThat(command.run("replicate", "-once", database, url)).isZero();
    try (Stream<Path> objects = Files.walk(directory.resolve("backup"))) {
      Path segment =
          objects.filter(p -> p.toString().endsWith(".wal.lz4")).findFirst().orElseThrow();
      Files.write(segment, new byte[10]);
    }
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(database + suffix));
    }
    assertThat(
            command.run("replicate", "-restore-if-db-not-exists", "-exec", "true", database, url))
        .isEqualTo(1);
    assertThat(Files.exists(database)).isFalse();
  }

  @Test
  void signalsReachTheChild() throws Exception {
    Path ready = directory.resolve("ready");
    String script = "trap \"exit 9\" INT; echo > " + ready + "; while :; do sleep 0.05; done";
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () -> command.run("replicate", "-exec", "sh -c '" + script + "'", database, url));
    Wait.until("the child is ready", () -> Files.exists(ready) || code.isDone());

    command.send(StopSignal.INT);

    assertThat(code.join()).as(command.err()).isEqualTo(9);
  }

  @Test
  void logsAsConfigured() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            exec: "true"
            logging: {type: json, level: info}
            dbs:
              - path: ~/app.db
                replicas:
                  - url: %s
            """
                .formatted(url));

    assertThat(command.run("replicate", "-config", config)).isZero();
    assertThat(command.out().lines())
        .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("}"))
        .anyMatch(line -> line.contains("\"msg\":\"replicating to\""));
    assertThat(command.err()).isEmpty();
  }

  @Test
  void servesWhatItDoesWhereTheConfigurationSays() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            "addr: ':0'\nlogging: {stderr: true}\ndbs: [{path: ~/app.db, replicas: [{url: '%s'}]}]\n"
                .formatted(url));
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> command.run("replicate", "-config", config));
    String served = "msg=\"serving metrics on\" url=(\\S+)";
    URI metrics = URI.create(command.awaitErr(served, code).group(1));
    HttpResponse<String> page =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString());
    command.send(StopSignal.TERM);

    assertThat(metrics.getHost()).isEqualTo("127.0.0.1");
    assertThat(page.body()).contains("litestream_db_size{db=\"" + database + "\"}");
    assertThat(code.join()).as(command.err()).isZero();
    assertThat(command.err())
        .contains("level=WARN msg=\"addr names no host; only this machine can connect\" addr=:0");
  }

  @Test
  void twoReplicasOfOneTypeHaveTwoNames() {
    assertThat(command.run("replicate", "-exec", "true", database, url, url + "2")).isZero();
    assertThat(command.err()).contains(" name=file type=file", " name=file-2 type=file");
  }

  @Test
  void refusesToRunForNothing() throws Exception {
    Path config = Files.writeString(directory.resolve("litestream.yml"), "dbs: []\n");

    assertThat(command.run("replicate", "-config", config)).isEqualTo(1);
    assertThat(command.err()).isEqualTo("litestream: no databases specified in configuration\n");
  }

  @Test
  void aCommandThatCannotRunIsAnError() {
    assertThat(command.run("replicate", "-exec", "a 'b", database, url)).isEqualTo(1);
    assertThat(command.run("replicate", "-exec", "/no/such", database, url)).isEqualTo(1);
    assertThat(command.err())
        .contains("litestream: cannot parse exec command: a ' is not closed\n")
        .contains("litestream: cannot start exec command /no/such: No such file or directory\n");
  }
}
