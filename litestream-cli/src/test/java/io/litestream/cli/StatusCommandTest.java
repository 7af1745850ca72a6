package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.output.JsonTree;
import io.litestream.cli.process.StopSignal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StatusCommandTest {

  @TempDir Path directory;

  private Path database;
  private String url;

  @BeforeEach
  void setUp() throws Exception {
    database = SampleReplica.create(directory).database();
    url = "file://" + directory.resolve("backup");
  }

  private CommandLineRun command() {
    return new CommandLineRun(directory).at(Clock.systemUTC());
  }

  private Path config(String addr) throws Exception {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        addr: '%s'
        logging: {stderr: true}
        dbs: [{path: ~/app.db, replicas: [{url: '%s'}]}]
        """
            .formatted(addr, url));
  }

  private void replicateOnce() throws Exception {
    assertThat(command().run("replicate", "-exec", "true", "-config", config(""))).isZero();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void theProcessThatReplicatesIsAsked() throws Exception {
    Path config = config("127.0.0.1:" + freePort());
    CommandLineRun replicate = command();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> replicate.run("replicate", "-config", config));
    CommandLineRun status = command();
    JsonTree document;
    do {
      status = command();
      assertThat(status.run("status", "-json", "-config", config)).as(status.err()).isZero();
      document = JsonTree.parse(status.out());
    } while (!code.isDone()
        && !(document.text("source").orElse("").equals("process") && document.isTrue("ready")));
    CommandLineRun table = command();
    int tableCode = table.run("status", "-config", config, database);
    CommandLineRun other = command();
    int otherCode = other.run("status", "-config", config, directory.resolve("other.db"));
    replicate.send(StopSignal.TERM);

    assertThat(code.join()).as(replicate.err()).isZero();
    assertThat(document.objects("databases")).hasSize(1);
    assertThat(status.err()).isEmpty();
    assertThat(tableCode).as(table.err()).isZero();
    assertThat(table.out().lines())
        .hasSize(2)
        .anyMatch(
            line ->
                line.matches("database +replica +state +lag +behind +position +last-sync +error"))
        .anyMatch(line -> line.matches(database + " +file +(ok|behind) .*/00000000:[0-9]+ .*"));
    assertThat(otherCode).isEqualTo(1);
  }

  @Test
  void withoutAProcessFilesAndReplicaTell() throws Exception {
    replicateOnce();
    CommandLineRun status = command();

    assertThat(status.run("status", "-json", "-config", config(""))).isZero();

    JsonTree document = JsonTree.parse(status.out());
    JsonTree local = document.objects("databases").get(0);
    JsonTree replica = local.objects("replicas").get(0);
    assertThat(document.text("source")).contains("files");
    assertThat(replica.number("offset")).isPresent().isEqualTo(local.number("offset"));
    assertThat(replica.text("generation")).isPresent().isEqualTo(local.text("generation"));
    assertThat(replica.number("lag_seconds").orElseThrow()).isZero();
    assertThat(document.isTrue("healthy")).isTrue();
  }

  @Test
  void theLastDrillIsToldWithoutAProcessAsWell() throws Exception {
    Path config =
        Files.writeString(
            config(""),
            """
            logging: {stderr: true}
            dbs: [{path: ~/app.db, replicas: [{url: '%s', validation-interval: 100ms}]}]
            """
                .formatted(url));
    CommandLineRun replicate = command();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> replicate.run("replicate", "-config", config));
    while (!code.isDone() && !replicate.err().contains("restore drill passed")) {
      Thread.sleep(20);
    }
    replicate.send(StopSignal.TERM);
    assertThat(code.join()).as(replicate.err()).isZero();
    CommandLineRun status = command();

    assertThat(status.run("status", "-json", "-config", config)).isZero();

    JsonTree document = JsonTree.parse(status.out());
    JsonTree replica = document.objects("databases").get(0).objects("replicas").get(0);
    JsonTree drill = replica.object("drill").orElseThrow();
    assertThat(document.text("source")).contains("files");
    assertThat(drill.isTrue("passed")).isTrue();
    assertThat(drill.text("last")).isPresent();
    assertThat(drill.text("next")).isEmpty();
  }

  @Test
  void aProcessThatDoesNotAnswerIsSaid() throws Exception {
    replicateOnce();
    int port = freePort();
    CommandLineRun status = command();

    assertThat(status.run("status", "-config", config("127.0.0.1:" + port))).isZero();

    assertThat(status.err())
        .startsWith("litestream: no process tells its status at 127.0.0.1:" + port + " (")
        .contains("read off files and replicas");
    assertThat(status.out()).containsPattern("app.db +file +ok +0s +0 B ");
  }

  @Test
  void whatWasWrittenWithoutAProcessIsBehind() throws Exception {
    replicateOnce();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("INSERT INTO t VALUES (99)");
    }
    CommandLineRun status = command();

    assertThat(status.run("status", "-config", config(""))).isZero();

    assertThat(status.out()).containsPattern("app.db +file +behind ");
  }

  @Test
  void aReplicaThatHoldsNothingIsSaid() throws Exception {
    CommandLineRun status = command();

    assertThat(status.run("status", "-config", config(""))).isZero();

    assertThat(status.out()).contains("nothing is in the replica");
  }

  @Test
  void aReplicaIsLookedAtByItsUrl() throws Exception {
    replicateOnce();
    CommandLineRun status = command();

    assertThat(status.run("status", url)).isZero();

    assertThat(status.out().lines()).hasSize(2);
    assertThat(status.out()).containsPattern("file +[0-9].* [0-9a-f]{16}/00000000:[0-9]+ ");
    CommandLineRun json = command();
    assertThat(json.run("status", "-json", url)).isZero();
    assertThat(json.out()).contains("\"lag_seconds\" : ");
  }
}
