package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares databases page by page. A replicated database differs from its source in one page at
 * most: that of the table {@code _litestream_seq}, which replication itself writes to.
 */
final class DatabasePages {

  private DatabasePages() {}

  /**
   * Asserts that a restored database is what the source is now.
   *
   * @param source may be in use; copied by another process, since closing one of its files here
   *     would end the locks of this process
   */
  static void assertRestored(Path source, Path restored) throws Exception {
    Path copy = restored.resolveSibling(restored.getFileName() + "-source");
    for (String suffix : new String[] {"", "-wal"}) {
      Path from = source.resolveSibling(source.getFileName() + suffix);
      Path to = copy.resolveSibling(copy.getFileName() + suffix);
      if (!Files.exists(from)) {
        continue; // the last one to close the database has removed its WAL
      }
      assertThat(new ProcessBuilder("cp", from.toString(), to.toString()).start().waitFor())
          .isZero();
    }
    int pageSize;
    Set<Long> helperPages = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      pageSize = Integer.parseInt(only(statement, "PRAGMA page_size"));
      helperPages.add(
          Long.parseLong(
              only(
                  statement, "SELECT rootpage FROM sqlite_schema WHERE name = '_litestream_seq'")));
    }
    assertThat(Files.size(restored)).as("size of %s", restored).isEqualTo(Files.size(copy));
    assertThat(differences(copy, restored, pageSize))
        .as("pages in which %s differs from its source", restored)
        .isSubsetOf(helperPages);
    assertIntact(restored);
    Files.delete(copy);
  }

  private static Set<Long> differences(Path a, Path b, int pageSize) throws IOException {
    Set<Long> pages = new TreeSet<>();
    try (InputStream first = Files.newInputStream(a);
        InputStream second = Files.newInputStream(b)) {
      byte[] expected = first.readNBytes(pageSize);
      for (long page = 1; expected.length > 0; page++) {
        if (!Arrays.equals(expected, second.readNBytes(pageSize))) {
          pages.add(page);
        }
        expected = first.readNBytes(pageSize);
      }
    }
    return pages;
  }

  /** Asserts that two restored databases are the same file. */
  static void assertSame(Path expected, Path actual) throws IOException {
    assertThat(Files.mismatch(expected, actual))
        .as("first byte in which %s differs from %s", actual, expected)
        .isEqualTo(-1);
  }

  static void assertIntact(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      assertThat(only(statement, "PRAGMA integrity_check")).isEqualTo("ok");
    }
  }

  static String only(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
