package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.check.StoreOperation;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A policy that allows everything but deletes. The servers answer batches of deletes with success,
 * and say in the body that nothing was deleted: whoever does not read it sees nothing of all this.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = RemoteServer.class,
    names = {"S3_PROXY", "MINIO", "AZURITE", "FAKE_GCS"})
@Timeout(120)
class DeniedDeletesTest extends OnRemoteServer {

  private static final Pattern ADDRESS = Pattern.compile("url=(http://[0-9.:]+)/metrics");

  private final HttpClient client = HttpClient.newHttpClient();
  private final String permission;
  private Path config;

  DeniedDeletesTest(RemoteServer server) {
    super(server);
    this.permission = StoreOperation.DELETE.permission(server.type()).orElseThrow();
  }

  @BeforeEach
  void deny() throws Exception {
    LiveWriter.createTable(database);
    config =
        config(
            store.replicaWithoutDeletes(
                ", retention: 1s, snapshot-interval: 1s, sync-interval: 50ms"));
  }

  private String page(String address, String path) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void isFoundByCheckBeforeTheFirstByte() throws Exception {
    assertThat(output(ours("check", "-config", config), 3))
        .contains("  ok    write         allowed\n", "  ok    read          allowed\n")
        .containsPattern(
            "  FAIL  delete        delete .*" + server.denial() + ".*; it takes " + permission)
        .satisfies(this::showsNoSecret);
  }

  @Test
  void showsInLogMetricStatusAndExitCode() throws Exception {
    try (LitestreamProcess process = ours("replicate", "-config", config)) {
      process.await(
          "a delete fails",
          () -> {
            LiveWriter.insert(database, 1);
            return process.output().contains("msg=\"delete failed");
          });
      Matcher address = ADDRESS.matcher(process.output());
      assertThat(address.find()).isTrue();
      String url = address.group(1);
      String metric =
          "litestream_replica_delete_failure_total{code=\"%s\",db=\"%s\",name=\"%s\"}"
              .formatted(server.denial(), database, server.type());
      process.await("a metric counts it", () -> page(url, "/metrics").contains(metric));
      process.await(
          "the status says it",
          () -> page(url, "/api/status").contains("\"" + server.denial() + "\" : "));
      Path asks =
          Files.writeString(
              directory.resolve("asks.yml"),
              Files.readString(config)
                  .replace("127.0.0.1:0\n", url.substring("http://".length()) + "\n"));
      assertThat(output(ours("status", "-config", asks), Program.OK))
          .containsPattern("app.db +" + server.type() + " +failing .*" + server.denial());
      process.stop();
      assertThat(
              process
                  .output()
                  .lines()
                  .filter(line -> line.contains("level=ERROR msg=\"delete failed")))
          .singleElement()
          .asString()
          .containsPattern(
              "level=ERROR msg=\"delete failed: these objects are still there\" db=\\S*app.db"
                  + " replica=\\S+ operation=delete failed=(\\d+) of=\\1 codes=\"?"
                  + server.denial()
                  + "=\\1\"? samples=\\S*generations/.*usually-missing=\"?"
                  + permission);
      assertThat(process.output())
          .doesNotContain("deleted what is older")
          .satisfies(this::showsNoSecret);
    }

    assertThat(output(ours("expire", "-config", config, database), 1))
        .containsPattern(
            "(?m)^litestream: replica '%s': delete failed for (\\d+) of \\1 objects: %s \\(\\1\\)"
                .formatted(server.type(), server.denial()))
        .contains("; the permission that is usually missing: " + permission);
  }

  private void showsNoSecret(String output) {
    if (!server.secret().isEmpty()) {
      assertThat(output).doesNotContain(server.secret());
    }
    assertThat(output).doesNotContain("sig=");
  }
}
