package io.litestream.core.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/** SQLite refused something. The message is one line and names the database. */
public final class SqliteFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final boolean busy;

  SqliteFailure(Path database, String action, SQLException cause) {
    super("cannot " + action + " " + database + ": " + reason(cause), cause);
    this.busy = SqliteConnection.isBusy(cause);
  }

  SqliteFailure(Path database, String action, String reason) {
    super("cannot " + action + " " + database + ": " + reason);
    this.busy = false;
  }

  private static String reason(SQLException cause) {
    if (cause instanceof SQLiteException sqlite) {
      return switch (sqlite.getResultCode()) {
        case SQLITE_NOTADB -> "it is not an SQLite database, or it is encrypted";
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY ->
            "it is locked by another connection";
        case SQLITE_READONLY, SQLITE_READONLY_DIRECTORY, SQLITE_READONLY_DBMOVED ->
            "it, or its directory, cannot be written";
        case SQLITE_CANTOPEN ->
            "it cannot be opened; look at the permissions of file and directory";
        case SQLITE_FULL -> "there is no space left";
        default -> firstLine(sqlite.getMessage());
      };
    }
    return firstLine(cause.getMessage());
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unknown error" : message.lines().findFirst().orElse("");
  }

  /** Whether a lock could not be had, so that trying again may help. */
  public boolean isBusy() {
    return busy;
  }
}
