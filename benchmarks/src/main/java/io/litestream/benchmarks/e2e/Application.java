package io.litestream.benchmarks.e2e;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/**
 * What writes to a database. Each commit carries its number, so that it can be found in what was
 * replicated. Connections are set as the README asks applications to. Used by one thread.
 */
final class Application implements AutoCloseable {

  private static final String[] WORDS = {
    "parcel", "returned", "customer", "asked", "for", "a", "second", "delivery", "before", "noon",
    "invoice", "paid", "by", "transfer", "the", "address", "was", "corrected", "twice", "and"
  };
  private static final int TEXTS = 512;
  private static final int TEXT_LENGTH = 1_000;

  private final Connection connection;
  private final PreparedStatement insert;
  private final String[] texts = new String[TEXTS];
  private long rows;
  private long commits;

  private Application(Connection connection) throws SQLException {
    this.connection = connection;
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = NORMAL");
      statement.execute("PRAGMA busy_timeout = 30000");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, mark TEXT, note TEXT)");
    }
    this.insert = connection.prepareStatement("INSERT INTO event (mark, note) VALUES (?, ?)");
    var random = new Random(1);
    for (int i = 0; i < TEXTS; i++) {
      texts[i] = text(random);
    }
  }

  /** Opens a database, which is made if it is not there. */
  static Application open(Path database) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
    try {
      return new Application(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    while (text.length() < TEXT_LENGTH) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      if (random.nextInt(4) == 0) {
        text.append(random.nextInt(1_000_000)).append(' ');
      }
    }
    return text.substring(0, TEXT_LENGTH);
  }

  /** Makes a database of about that size, with nothing left in its WAL. */
  static void make(Path database, int megabytes) throws SQLException {
    try (Application application = open(database)) {
      for (int i = 0; i < megabytes; i++) {
        application.commitRows(1_000);
      }
      application.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One row of some words. */
  void commitOne() throws SQLException {
    commit(1, 100);
  }

  /** Rows of a kilobyte each. */
  void commitRows(int count) throws SQLException {
    commit(count, TEXT_LENGTH);
  }

  private void commit(int count, int length) throws SQLException {
    commits++;
    execute("BEGIN IMMEDIATE");
    for (int i = 0; i < count; i++) {
      rows++;
      insert.setString(1, Marks.of(commits));
      insert.setString(2, texts[(int) (rows * 37 % TEXTS)].substring(0, length));
      insert.executeUpdate();
    }
    execute("COMMIT");
  }

  /** Changes rows of a kilobyte each, from anywhere in the database. */
  void update(int count, Random random) throws SQLException {
    commits++;
    execute("BEGIN IMMEDIATE");
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE event SET mark = ?, note = ? WHERE id = ?")) {
      long last = lastRow();
      for (int i = 0; i < count; i++) {
        update.setString(1, Marks.of(commits));
        update.setString(2, texts[random.nextInt(TEXTS)]);
        update.setLong(3, 1 + (long) (random.nextDouble() * last));
        update.executeUpdate();
      }
    }
    execute("COMMIT");
  }

  private long lastRow() throws SQLException {
    try (Statement statement = connection.createStatement();
        var last = statement.executeQuery("SELECT max(id) FROM event")) {
      return last.getLong(1);
    }
  }

  /** How many there were, which is the number of the last one. */
  long commits() {
    return commits;
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    connection.close();
  }
}
