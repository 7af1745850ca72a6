package io.litestream.cli.demo;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;

/**
 * What two databases have in common.
 *
 * @param rows of the first one's orders, of which {@code equalRows} are in the second one too
 * @param pages of the larger one
 */
record Comparison(long rows, long equalRows, long pages, long equalPages) {

  boolean isEqual() {
    return rows == equalRows && pages == equalPages;
  }

  /** Compares row by row and page by page. Both are checkpointed first, so nobody may use them. */
  static Comparison of(Path expected, Path actual) throws IOException {
    try (Connection a = DriverManager.getConnection("jdbc:sqlite:" + expected);
        Connection b = DriverManager.getConnection("jdbc:sqlite:" + actual)) {
      int pageSize = checkpoint(a);
      checkpoint(b);
      long[] rows = compareRows(a, b);
      long[] pages = comparePages(expected, actual, pageSize);
      return new Comparison(rows[0], rows[1], pages[0], pages[1]);
    } catch (SQLException e) {
      throw new IOException("demo database: " + e.getMessage(), e);
    }
  }

  private static int checkpoint(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      try (ResultSet size = statement.executeQuery("PRAGMA page_size")) {
        size.next();
        return size.getInt(1);
      }
    }
  }

  /** The number of rows, and of equal ones. One too many on either side counts as a difference. */
  private static long[] compareRows(Connection a, Connection b) throws SQLException {
    String all = "SELECT id, item, cents, hex(note) FROM orders ORDER BY id";
    long rows = 0;
    long equal = 0;
    try (Statement first = a.createStatement();
        Statement second = b.createStatement();
        ResultSet expected = first.executeQuery(all);
        ResultSet actual = second.executeQuery(all)) {
      boolean inFirst = expected.next();
      boolean inSecond = actual.next();
      while (inFirst || inSecond) {
        rows++;
        if (inFirst && inSecond && isEqualRow(expected, actual)) {
          equal++;
        }
        inFirst = inFirst && expected.next();
        inSecond = inSecond && actual.next();
      }
    }
    return new long[] {rows, equal};
  }

  private static boolean isEqualRow(ResultSet expected, ResultSet actual) throws SQLException {
    for (int column = 1; column <= expected.getMetaData().getColumnCount(); column++) {
      if (!Objects.equals(expected.getString(column), actual.getString(column))) {
        return false;
      }
    }
    return true;
  }

  private static long[] comparePages(Path expected, Path actual, int pageSize) throws IOException {
    byte[] a = new byte[pageSize];
    byte[] b = new byte[pageSize];
    try (RandomAccessFile first = new RandomAccessFile(expected.toFile(), "r");
        RandomAccessFile second = new RandomAccessFile(actual.toFile(), "r")) {
      long pages = Math.max(first.length(), second.length()) / pageSize;
      long common = Math.min(first.length(), second.length()) / pageSize;
      long equal = 0;
      for (long page = 0; page < common; page++) {
        first.readFully(a);
        second.readFully(b);
        if (Arrays.equals(a, b)) {
          equal++;
        }
      }
      return new long[] {pages, equal};
    }
  }
}
