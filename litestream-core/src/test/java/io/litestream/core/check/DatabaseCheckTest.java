package io.litestream.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseCheckTest {

  @TempDir Path directory;
  private Path database;

  @BeforeEach
  void setUp() {
    database = directory.resolve("app.db");
  }

  private DatabaseOptions options() {
    return DatabaseOptions.of(
        database, new ReplicaOptions("r", "file", Map.of(), Duration.ofSeconds(1)));
  }

  private void create(String... pragmas) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      for (String pragma : pragmas) {
        s.execute("PRAGMA " + pragma);
      }
      s.execute("CREATE TABLE t (x)");
    }
  }

  private Finding of(String subject) {
    return DatabaseCheck.run(options()).stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aDatabaseInOrderHasNoFault() throws SQLException {
    create("journal_mode=wal");

    assertThat(DatabaseCheck.run(options()))
        .extracting(Finding::subject, Finding::verdict)
        .containsExactly(
            tuple("database", Verdict.OK),
            tuple("journal_mode", Verdict.OK),
            tuple("auto_vacuum", Verdict.OK),
            tuple("sqlite", Verdict.OK),
            tuple("space", Verdict.OK));
    assertThat(of("database").text()).isEqualTo("8192 bytes, in pages of 4096");
  }

  @Test
  void nothingAppearsBesideTheDatabase() throws Exception {
    create("journal_mode=wal");
    Files.deleteIfExists(directory.resolve("app.db-wal"));

    DatabaseCheck.run(options());

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(database);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "journal_mode=delete, journal_mode, NOTE",
    "journal_mode=wal, journal_mode, OK",
    "auto_vacuum=full, auto_vacuum, NOTE",
    "auto_vacuum=incremental, auto_vacuum, OK",
    "page_size=65536, database, OK",
  })
  void pragmasAreReadFromTheFile(String pragma, String subject, Verdict verdict) throws Exception {
    create(pragma);

    assertThat(of(subject).verdict()).isEqualTo(verdict);
  }

  @Test
  void theLargestPageSizeIsUnderstood() throws Exception {
    create("page_size=65536");

    assertThat(of("database").text()).endsWith("in pages of 65536");
  }

  @ParameterizedTest
  @CsvSource({
    "3006999, OK, 3.6.999",
    "3007000, NOTE, 3.7.0",
    "3051002, NOTE, 3.51.2",
    "3051003, OK, 3.51.3",
    "3054001, OK, 3.54.1",
  })
  void versionsWithTheWalResetBugAreNamed(int version, Verdict verdict, String text)
      throws Exception {
    create();
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek(96);
      file.writeInt(version);
    }

    assertThat(of("sqlite").verdict()).isEqualTo(verdict);
    assertThat(of("sqlite").text()).startsWith("last written by SQLite " + text);
  }

  @Test
  void aDatabaseThatIsNotThereIsNoFault() {
    assertThat(of("database").verdict()).isEqualTo(Verdict.NOTE);
  }

  @Test
  void anEmptyFileIsNoFault() throws IOException {
    Files.createFile(database);

    assertThat(of("database").verdict()).isEqualTo(Verdict.NOTE);
  }

  @ParameterizedTest
  @CsvSource({
    "'this is a text, and longer than the header of a database would have to be......................'",
    "short"
  })
  void anotherFileIsAFault(String text) throws IOException {
    Files.writeString(database, text);

    assertThat(of("database").verdict()).isEqualTo(Verdict.DATABASE);
  }

  @Test
  void aDirectoryIsAFault() throws IOException {
    Files.createDirectory(database);

    assertThat(of("database").verdict()).isEqualTo(Verdict.DATABASE);
  }

  @Test
  void tooLittleRoomForTheWalIsAFault() throws SQLException {
    create("page_size=65536");
    DatabaseOptions o = options();
    DatabaseOptions greedy =
        new DatabaseOptions(
            o.path(),
            o.metaPath(),
            o.monitorInterval(),
            o.checkpointInterval(),
            1,
            Integer.MAX_VALUE,
            o.busyTimeout(),
            o.replicas());

    List<Finding> findings = DatabaseCheck.run(greedy);

    Finding space = findings.get(findings.size() - 1);
    assertThat(space.verdict()).isEqualTo(Verdict.SPACE);
    assertThat(space.text()).contains(" may need " + 2L * Integer.MAX_VALUE * 65536);
  }
}
