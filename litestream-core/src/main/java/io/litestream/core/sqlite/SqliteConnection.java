package io.litestream.core.sqlite;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.sqlite.SQLiteException;

/** One connection to a database that exists. Used by one thread at a time. */
final class SqliteConnection implements AutoCloseable {

  private final Connection connection;
  private final Statement statement;

  private SqliteConnection(Connection connection) throws SQLException {
    this.connection = connection;
    this.statement = connection.createStatement();
  }

  /** Opens for reading and writing; the file must exist. */
  static SqliteConnection readWrite(Path database, Duration busyTimeout) throws SQLException {
    SqliteConnection opened = open(database, "rw", busyTimeout);
    try {
      // Checkpoints are ours to time; the application's connections keep their own setting.
      opened.query("PRAGMA wal_autocheckpoint=0");
      return opened;
    } catch (SQLException e) {
      opened.close();
      throw e;
    }
  }

  /** Opens for reading; closing it leaves the WAL in place. */
  static SqliteConnection readOnly(Path database, Duration busyTimeout) throws SQLException {
    return open(database, "ro", busyTimeout);
  }

  private static SqliteConnection open(Path database, String mode, Duration busyTimeout)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("busy_timeout", Long.toString(busyTimeout.toMillis()));
    Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + uri(database) + "?mode=" + mode, properties);
    ExtractedLibrary.removeNames();
    try {
      return new SqliteConnection(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * A path as SQLite's URI: a plain name would be cut at a question mark. See <a
   * href="https://www.sqlite.org/uri.html">"Uniform Resource Identifiers"</a>.
   */
  static String uri(Path database) {
    StringBuilder uri = new StringBuilder("file:");
    for (byte b : database.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xFF;
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "/-_.~".indexOf(c) >= 0;
      uri.append(plain ? String.valueOf((char) c) : String.format("%%%02x", c));
    }
    return uri.toString();
  }

  /**
   * Tries once to begin a transaction that holds the write lock.
   *
   * @return false if another holds it
   */
  boolean tryBeginImmediate() throws SQLException {
    try {
      execute("BEGIN IMMEDIATE");
      return true;
    } catch (SQLException e) {
      if (isBusy(e)) {
        return false;
      }
      throw e;
    }
  }

  void execute(String sql) throws SQLException {
    statement.execute(sql);
  }

  /** Runs a statement and gives the first column of its first row, as text; empty if no row. */
  String query(String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      String first = rows.next() ? rows.getString(1) : null;
      return first == null ? "" : first;
    }
  }

  /** The three numbers that {@code PRAGMA wal_checkpoint(PASSIVE)} answers. */
  CheckpointResult checkpointPassive() throws SQLException {
    try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      row.next();
      return new CheckpointResult(row.getInt(1) != 0, row.getInt(2), row.getInt(3));
    }
  }

  /** Whether an error means that a lock could not be had, so that trying again may help. */
  static boolean isBusy(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return false;
    }
    int code = sqlite.getResultCode().code & 0xFF;
    return code == 5 || code == 6; // SQLITE_BUSY, SQLITE_LOCKED
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
