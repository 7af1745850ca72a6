package io.litestream.cli;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Random;

/**
 * An application that is a process of its own: commits rows as fast as it can, says so, and keeps
 * its connection until its input ends.
 */
final class BurstWriter {

  private static final int ROW_BYTES = 10_000;
  private static final int ROWS_PER_COMMIT = 5;

  private BurstWriter() {}

  /**
   * Writes.
   *
   * @param args the database, and how many bytes to write
   */
  public static void main(String[] args) throws Exception {
    long bytes = Long.parseLong(args[1]);
    Random random = new Random(1);
    byte[] row = new byte[ROW_BYTES];
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + args[0]);
        Statement statement = connection.createStatement();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO t (x) VALUES (?)")) {
      statement.execute("PRAGMA busy_timeout = 20000");
      statement.execute("PRAGMA synchronous = NORMAL");
      for (long written = 0; written < bytes; written += ROWS_PER_COMMIT * ROW_BYTES) {
        statement.execute("BEGIN IMMEDIATE");
        for (int i = 0; i < ROWS_PER_COMMIT; i++) {
          random.nextBytes(row);
          insert.setBytes(1, row);
          insert.executeUpdate();
        }
        statement.execute("COMMIT");
      }
      System.out.write("committed\n".getBytes(StandardCharsets.UTF_8));
      System.out.flush();
      while (System.in.read() >= 0) {
        // whoever started this is not done yet
      }
    }
  }
}
