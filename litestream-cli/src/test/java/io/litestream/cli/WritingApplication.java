package io.litestream.cli;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** An application that uses what SQLite has, and keeps its connection open all the time. */
final class WritingApplication implements AutoCloseable {

  private final Connection connection;
  private final Statement statement;
  private int committed;

  private WritingApplication(Connection connection) throws SQLException {
    this.connection = connection;
    this.statement = connection.createStatement();
  }

  static WritingApplication start(Path database, int pageSize, String autoVacuum)
      throws SQLException {
    WritingApplication application =
        new WritingApplication(DriverManager.getConnection("jdbc:sqlite:" + database));
    application.run(
        "PRAGMA busy_timeout = 20000",
        "PRAGMA page_size = " + pageSize,
        "PRAGMA auto_vacuum = " + autoVacuum,
        "PRAGMA journal_mode = wal",
        "PRAGMA synchronous = NORMAL",
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, author TEXT, n INTEGER, content BLOB)",
        "CREATE INDEX entry_author ON entry (author, n)",
        "CREATE TABLE pair (k TEXT, g INTEGER, v BLOB, PRIMARY KEY (k, g)) WITHOUT ROWID",
        "CREATE VIRTUAL TABLE words USING fts5(body)");
    return application;
  }

  void run(String... statements) throws SQLException {
    for (String sql : statements) {
      statement.execute(sql);
    }
  }

  /** Some transactions, which add, change and delete rows of all kinds. */
  void work(int transactions) throws SQLException {
    for (int i = 0; i < transactions; i++) {
      int n = committed++;
      run(
          "BEGIN IMMEDIATE",
          "INSERT INTO entry (author, n, content) VALUES ('a"
              + n % 7
              + "', "
              + n
              + ", randomblob("
              + (n % 13 == 0 ? 30_000 : 300)
              + "))",
          "INSERT INTO pair VALUES ('k" + n % 50 + "', " + n + ", zeroblob(" + n % 200 + "))",
          "INSERT INTO words VALUES ('the quick brown fox number " + n + "')",
          n % 3 == 0 ? "DELETE FROM entry WHERE n < " + n + " - 150" : "SELECT 1",
          n % 5 == 0 ? "UPDATE pair SET v = randomblob(90) WHERE g % 11 = " + n % 11 : "SELECT 1",
          n % 10 == 9 ? "DELETE FROM words WHERE rowid = " + (n - 4) : "SELECT 1",
          "COMMIT");
    }
  }

  /** One transaction of at least so many bytes. */
  void commitLarge(int bytes) throws SQLException {
    run(
        "BEGIN IMMEDIATE",
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n * 10000 < "
            + bytes
            + ") INSERT INTO entry (author, n, content) SELECT 'large', -n, randomblob(10000) FROM i",
        "COMMIT");
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
