package io.litestream.core.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ExtractedLibraryTest {

  @TempDir Path directory;

  @Test
  @EnabledOnOs(OS.LINUX)
  void isThereNoMoreOnceItIsLoadedAndGoesOnWorking() throws Exception {
    Path database = directory.resolve("app.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (x)");
    }

    assertThat(IntegrityProbe.run(database, true)).isEmpty();

    List<String> loaded =
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .filter(line -> line.contains("libsqlitejdbc.so"))
            .toList();
    assertThat(loaded).isNotEmpty().allMatch(line -> line.endsWith(" (deleted)"));
    assertThat(IntegrityProbe.run(database, true)).isEmpty();
  }
}
