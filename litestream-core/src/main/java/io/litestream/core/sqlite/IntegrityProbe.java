package io.litestream.core.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteErrorCode;

/** Lets SQLite judge a database file that nobody else uses. */
public final class IntegrityProbe {

  private static final int INSTRUCTIONS_BETWEEN_INTERRUPT_CHECKS = 100_000;

  private IntegrityProbe() {}

  /**
   * Runs {@code quick_check} or {@code integrity_check}. The file is opened as immutable: it is not
   * changed, and no {@code -wal} or {@code -shm} appears beside it.
   *
   * @param full {@code integrity_check}, which also compares indexes with tables
   * @return what SQLite has found, in its own words; empty if all is well
   * @throws IOException if SQLite cannot be run
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  public static List<String> run(Path database, boolean full)
      throws IOException, InterruptedException {
    String url = "jdbc:sqlite:" + database.toUri() + "?mode=ro&immutable=1";
    List<String> findings = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      ExtractedLibrary.removeNames();
      ProgressHandler.setHandler(
          connection,
          INSTRUCTIONS_BETWEEN_INTERRUPT_CHECKS,
          new ProgressHandler() {
            @Override
            protected int progress() {
              return Thread.currentThread().isInterrupted() ? 1 : 0;
            }
          });
      try (ResultSet rows =
          statement.executeQuery(full ? "PRAGMA integrity_check" : "PRAGMA quick_check")) {
        while (rows.next()) {
          String row = rows.getString(1);
          if (!row.equals("ok")) {
            findings.add(row.lines().reduce((a, b) -> a + " " + b).orElse(""));
          }
        }
      }
    } catch (SQLException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while SQLite checked " + database);
      }
      if (!isDamage(e)) {
        throw new IOException("cannot check " + database + ": " + e.getMessage(), e);
      }
      findings.add(String.valueOf(e.getMessage()));
    }
    return findings;
  }

  private static boolean isDamage(SQLException e) {
    int code = e.getErrorCode() & 0xFF;
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code;
  }
}
