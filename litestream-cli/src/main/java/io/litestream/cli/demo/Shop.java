package io.litestream.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/** An application with a database: takes orders, one transaction each. */
final class Shop implements AutoCloseable {

  private static final String[] GOODS = {
    "anchor", "barometer", "compass", "dinghy", "ensign", "fender", "gaff", "halyard"
  };

  private static final int MAX_PRICE_CENTS = 100_000;

  private final Connection connection;
  private final PreparedStatement insert;
  // Always the same orders, so that two runs can be compared.
  private final SplittableRandom random = new SplittableRandom(1);

  private Shop(Connection connection, PreparedStatement insert) {
    this.connection = connection;
    this.insert = insert;
  }

  /** Creates the database, with nothing sold yet. */
  static Shop open(Path database) throws IOException {
    try {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
      try (Statement setUp = connection.createStatement()) {
        setUp.execute("PRAGMA journal_mode=wal");
        setUp.execute("PRAGMA busy_timeout=5000");
        setUp.execute("PRAGMA wal_autocheckpoint=0");
        setUp.execute(
            "CREATE TABLE orders("
                + "id INTEGER PRIMARY KEY, item TEXT NOT NULL, cents INTEGER NOT NULL, note BLOB)");
        return new Shop(
            connection,
            connection.prepareStatement("INSERT INTO orders(item, cents, note) VALUES (?, ?, ?)"));
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("demo database: " + e.getMessage(), e);
    }
  }

  /** Takes one order: one transaction. */
  void sell() throws IOException {
    byte[] note = new byte[random.nextInt(20, 400)];
    random.nextBytes(note);
    try {
      insert.setString(1, GOODS[random.nextInt(GOODS.length)]);
      insert.setInt(2, random.nextInt(MAX_PRICE_CENTS));
      insert.setBytes(3, note);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IOException("demo database: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      insert.close();
      connection.close();
    } catch (SQLException e) {
      throw new IOException("demo database: " + e.getMessage(), e);
    }
  }
}
