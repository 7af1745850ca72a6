package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Listings and restores of a replica that the real Litestream v0.5 has written. */
class LtxCommandsTest {

  private static final Path GOLDEN = Path.of("../litestream-core/src/test/resources/v05/blocks");
  private static final Instant WRITTEN = Instant.parse("2026-11-25T10:24:50.901Z");

  @TempDir Path directory;

  private CommandLineRun command;
  private Path replica;
  private String url;
  private Path output;

  @BeforeEach
  void setUp() throws IOException {
    command = new CommandLineRun(directory);
    replica = directory.resolve("replica");
    url = "file://" + replica;
    output = directory.resolve("out.db");
    copyGolden(replica, WRITTEN);
  }

  private static void copyGolden(Path target, Instant time) throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN.resolve("ltx"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(GOLDEN.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
        Files.setLastModifiedTime(copy, FileTime.from(time));
      }
    }
  }

  private void assertRestored(String txId) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(output));
    assertThat(Files.readAllLines(GOLDEN.resolve("expected.txt")))
        .contains("0".repeat(16 - txId.length()) + txId + " " + HexFormat.of().formatHex(digest));
  }

  @Test
  void listsALevel() {
    assertThat(command.run("ltx", "-level", "9", url)).isZero();
    assertThat(command.out())
        .isEqualTo(
            """
            level  min_txid          max_txid          size  created
            9      0000000000000001  0000000000000003  659   2026-11-25T10:24:50Z
            9      0000000000000001  0000000000000014  4584  2026-11-25T10:24:50Z
            9      0000000000000001  0000000000000028  2048  2026-11-25T10:24:50Z
            """);
  }

  @Test
  void listsSingleTransactionsUnlessToldOtherwise() {
    assertThat(command.run("ltx", url)).isZero();
    List<String> level0 = command.out().lines().toList();
    assertThat(command.run("ltx", "-level", "all", url)).isZero();
    List<String> all = command.out().lines().skip(level0.size()).toList();

    assertThat(level0).hasSize(1 + 8).element(1).asString().startsWith("0      000000000000002e");
    assertThat(all).hasSize(1 + 8 + 13 + 4 + 3);
  }

  @Test
  void listsAsJsonWithTheKeysOfThePeer() {
    assertThat(command.run("ltx", "-level", "2", "-json", url)).isZero();
    assertThat(command.out())
        .contains(
            "\"level\" : 2",
            "\"min_txid\" : \"0000000000000022\"",
            "\"max_txid\" : \"000000000000002a\"",
            "\"size\" : 976",
            "\"timestamp\" : \"2026-11-25T10:24:50.901Z\"");
  }

  @Test
  void listsNothingWhereNothingIs() {
    assertThat(command.run("ltx", "file://" + directory.resolve("empty"))).isZero();
    assertThat(command.out()).isEqualTo("level  min_txid  max_txid  size  created\n");
  }

  @Test
  void listsTheReplicaThatHoldsLtxFiles() throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: ~/app.db
                replicas:
                  - name: first
                    path: ~/other
                  - name: second
                    path: ~/replica
            """);
    assertThat(command.run("ltx", "-config", config, "-level", "9", directory.resolve("app.db")))
        .isZero();
    assertThat(command.out().lines()).hasSize(4);

    copyGolden(directory.resolve("other"), WRITTEN);
    assertThat(command.run("ltx", "-config", config, directory.resolve("app.db"))).isEqualTo(1);
    assertThat(command.err())
        .isEqualTo(
            "litestream: several replicas hold LTX files: first, second; choose one with -replica\n");
  }

  @Test
  void restoresTheNewestState() throws Exception {
    assertThat(command.run("restore", "-o", output, url)).isZero();

    assertRestored("35");
    assertThat(command.err())
        .contains("msg=\"restoring ltx files\" replica=file txid_min=0000000000000001")
        .contains("msg=\"database restored\" replica=file txid=0000000000000035");
  }

  @Test
  void restoresATransaction() throws Exception {
    assertThat(command.run("restore", "-txid", "000000000000000f", "-o", output, url)).isZero();
    assertRestored("f");
  }

  @Test
  void restoresToATime() throws Exception {
    assertThat(
            command.run(
                "restore", "-timestamp", "2026-11-25T10:24:48.3Z", "-json", "-o", output, url))
        .isZero();

    assertRestored("2f");
    assertThat(command.out())
        .contains(
            "\"replica\" : \"file\"",
            "\"txid\" : \"000000000000002f\"",
            "\"database_bytes\" : 40960",
            "\"page_size\" : 4096",
            "\"checksum_proved\" : false",
            "\"checked\" : \"quick\"");
  }

  @Test
  void reportsInSentences() {
    assertThat(command.run("restore", "-v", "-o", output, url)).isZero();
    assertThat(command.out())
        .startsWith("Restored " + output + ": 41.0 kB in ")
        .contains("up to transaction 0000000000000035. No transaction is missing")
        .endsWith("SQLite's quick check found no fault.\n");
    assertThat(command.err()).contains("Restoring " + output + " from replica 'file': up to");
  }

  @Test
  void aDryRunShowsTheFilesAndRestoresNothing() {
    assertThat(command.run("restore", "-dry-run", "-txid", "32", "-o", output, url)).isZero();
    assertThat(command.out())
        .startsWith("Would restore " + output)
        .contains(
            """
            level  min_txid          max_txid          size  created
            9      0000000000000001  0000000000000028  2048  2026-11-25T10:24:50Z
            2      0000000000000022  000000000000002a  976   2026-11-25T10:24:50Z
            1      000000000000002b  000000000000002e  321   2026-11-25T10:24:50Z
            1      000000000000002f  0000000000000032  439   2026-11-25T10:24:50Z
            """);
    assertThat(output).doesNotExist();
  }

  @Test
  void aDryRunAsJsonHasTheKeysOfThePeer() {
    assertThat(command.run("restore", "-dry-run", "-json", "-o", output, url)).isZero();
    assertThat(command.out())
        .contains(
            "\"dry_run\" : true",
            "\"min_txid\" : \"0000000000000001\"",
            "\"max_txid\" : \"0000000000000035\"",
            "\"name\" : \"0000000000000001-0000000000000028.ltx\"");
    assertThat(output).doesNotExist();
  }

  /** After a change from v0.3 to v0.5, or back, one replica holds both. */
  @ParameterizedTest
  @CsvSource({
    // when the LTX files were written, the wanted time, the transaction; none: the generation
    "2026-11-23T00:00:13Z, , 35",
    "2026-11-23T00:00:12Z, , ",
    "2026-11-23T00:00:12Z, 2026-11-25T10:24:48.3Z, 2f",
    "2026-11-23T00:00:13Z, 2026-11-25T10:24:28Z, ",
    "2026-11-23T00:00:13Z, 2026-11-24T00:00:00Z, "
  })
  void ofTwoLinesTheNewestDataCounts(Instant written, String wanted, String txId) throws Exception {
    Path both = SampleReplica.create(Files.createDirectory(directory.resolve("both"))).directory();
    copyGolden(both, written);
    String place = "file://" + both;

    int code =
        wanted == null
            ? command.run("restore", "-o", output, place)
            : command.run("restore", "-timestamp", wanted, "-o", output, place);

    assertThat(code).as(command.err()).isZero();
    if (txId == null) {
      assertThat(SampleReplica.rows(output)).isEqualTo(3);
    } else {
      assertRestored(txId);
    }
  }

  @Test
  void optionsOfOneLineChooseItWhereBothAre() throws Exception {
    Path both = SampleReplica.create(Files.createDirectory(directory.resolve("both"))).directory();
    copyGolden(both, WRITTEN);
    String place = "file://" + both;

    assertThat(command.run("restore", "-index", "0", "-o", output, place)).isZero();
    assertThat(SampleReplica.rows(output)).isEqualTo(3);
    Files.delete(output);
    assertThat(command.run("restore", "-txid", "3", "-o", output, place)).isZero();
    assertRestored("3");
  }

  @Test
  void damageInTheNewerLineIsNotPassedOverInSilence() throws Exception {
    Path both = SampleReplica.create(Files.createDirectory(directory.resolve("both"))).directory();
    copyGolden(both, WRITTEN);
    Files.delete(both.resolve("ltx/0/0000000000000033-0000000000000033.ltx"));
    Files.delete(both.resolve("ltx/1/0000000000000033-0000000000000035.ltx"));

    assertThat(command.run("restore", "-o", output, "file://" + both)).isEqualTo(1);
    assertThat(command.err())
        .contains("transactions 0000000000000033 to 0000000000000033 are missing");
    assertThat(output).doesNotExist();
  }

  @Test
  void optionsOfTheOtherLineAreRefused() throws Exception {
    String generations =
        SampleReplica.create(Files.createDirectory(directory.resolve("v03"))).url();

    assertThat(command.run("restore", "-index", "0", "-o", output, url)).isEqualTo(1);
    assertThat(command.run("restore", "-generation", "0123456789abcdef", "-o", output, url))
        .isEqualTo(1);
    assertThat(command.run("restore", "-txid", "1", "-o", output, generations)).isEqualTo(1);
    assertThat(command.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("replica 'file' holds what v0.5 has written: use"),
            line -> assertThat(line).contains("replica 'file' holds what v0.5 has written: use"),
            line -> assertThat(line).contains("holds generations: use -index or -timestamp"));
  }

  @Test
  void optionsThatContradictAreRefused() {
    assertThat(command.run("restore", "-txid", "1", "-index", "0", "-o", output, url)).isEqualTo(1);
    assertThat(
            command.run(
                "restore", "-txid", "1", "-timestamp", "2026-01-31T23:59:59Z", "-o", output, url))
        .isEqualTo(1);
    assertThat(command.run("restore", "-txid", "0", "-o", output, url)).isEqualTo(1);
    assertThat(command.run("ltx", "-level", "10", url)).isEqualTo(1);
    assertThat(command.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("cannot specify -txid"),
            line -> assertThat(line).contains("cannot specify both -txid and -timestamp"),
            line -> assertThat(line).contains("invalid -txid '0'"),
            line -> assertThat(line).contains("invalid -level '10': 0 to 9, or all"));
  }

  @Test
  void anEmptyReplicaIsNothingToRestore() {
    String empty = "file://" + directory.resolve("empty");

    assertThat(command.run("restore", "-txid", "1", "-o", output, empty)).isEqualTo(1);
    assertThat(command.err()).contains("nothing to restore");
    assertThat(command.run("restore", "-if-replica-exists", "-txid", "1", "-o", output, empty))
        .isZero();
  }
}
