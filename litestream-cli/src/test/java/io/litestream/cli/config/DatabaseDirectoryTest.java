package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseDirectoryTest {

  @TempDir Path directory;

  private DatabaseDirectory databases(String pattern, boolean recursive) {
    ReplicaOptions replica =
        new ReplicaOptions("file", "file", Map.of("path", "/backups"), Duration.ofSeconds(1));
    return new DatabaseDirectory(
        directory, pattern, recursive, false, DatabaseOptions.of(directory, replica));
  }

  private void file(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "content");
  }

  @Test
  void findsFilesByTheirNames() throws IOException {
    for (String name : new String[] {"a.db", "b.db", "notes.txt", "sub/c.db", ".a.db-x/d.db"}) {
      file(name);
    }
    assertThat(databases("*.db", false).scan())
        .extracting(database -> directory.relativize(database.path()).toString())
        .containsExactly("a.db", "b.db");
    assertThat(databases("*.db", true).scan())
        .extracting(database -> directory.relativize(database.path()).toString())
        .containsExactly("a.db", "b.db", "sub/c.db");
  }

  @Test
  void whatSqliteKeepsBesideADatabaseIsNoDatabase() throws IOException {
    for (String name : new String[] {"a", "a-wal", "a-shm", "a-journal"}) {
      file(name);
    }
    assertThat(databases("*", false).scan())
        .extracting(d -> d.path().getFileName().toString())
        .containsExactly("a");
  }

  @Test
  void anEmptyFileIsNoDatabaseYet() throws IOException {
    Files.createFile(directory.resolve("a.db"));
    assertThat(databases("*.db", false).scan()).isEmpty();
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    file("real/a.db");
    Files.createSymbolicLink(directory.resolve("linked"), directory.resolve("real"));
    Files.createSymbolicLink(directory.resolve("real/b.db"), directory.resolve("real/a.db"));
    assertThat(databases("*.db", true).scan()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "a.db, true, /backups/a.db",
    "tenants/7/a.db, true, /backups/tenants/7/a.db",
    "tenants/7/a.db, false, ",
    "a.txt, true, ",
    ".hidden/a.db, true, ",
    "../a.db, true, ",
  })
  void eachDatabaseHasItsReplicaAtItsOwnPath(String name, boolean recursive, String replica) {
    assertThat(databases("*.db", recursive).database(directory.resolve(name).normalize()))
        .map(database -> database.replicas().get(0).settings().get("path"))
        .isEqualTo(Optional.ofNullable(replica));
  }
}
