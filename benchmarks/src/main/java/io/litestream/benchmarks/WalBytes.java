package io.litestream.benchmarks;

import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** Makes the WAL of a database that holds what an application might have written: orders. */
final class WalBytes {

  private static final String[] WORDS = {
    "parcel", "returned", "customer", "asked", "for", "a", "second", "delivery", "before", "noon",
    "invoice", "paid", "by", "transfer", "the", "address", "was", "corrected", "twice", "and"
  };

  private WalBytes() {}

  /**
   * Writes orders until the WAL has the wanted size, and returns the WAL.
   *
   * @param size in bytes; the WAL ends with the first commit after it
   */
  static byte[] make(int pageSize, ByteOrder order, long size) throws IOException, SQLException {
    Path directory = Files.createTempDirectory("litestream-benchmark");
    Path database = directory.resolve("orders.db");
    Path wal = directory.resolve("orders.db-wal");
    byte[] bytes;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      write(connection, pageSize, wal, size);
      bytes = Files.readAllBytes(wal);
    }
    Files.deleteIfExists(wal);
    Files.deleteIfExists(directory.resolve("orders.db-shm"));
    Files.delete(database);
    Files.delete(directory);
    return rewrite(bytes, order);
  }

  private static void write(Connection connection, int pageSize, Path wal, long size)
      throws IOException, SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size = " + pageSize);
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = OFF");
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      statement.execute(
          "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, cents INTEGER, note TEXT)");
      statement.execute("CREATE INDEX orders_by_customer ON orders (customer)");
    }
    connection.setAutoCommit(false);
    Random random = new Random(1);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (customer, cents, note) VALUES (?, ?, ?)")) {
      while (Files.size(wal) < size) {
        for (int row = 0; row < 200; row++) {
          insert.setString(1, "customer-" + random.nextInt(100_000));
          insert.setInt(2, random.nextInt(100_000));
          insert.setString(3, sentence(random));
          insert.executeUpdate();
        }
        connection.commit();
      }
    }
  }

  private static String sentence(Random random) {
    StringBuilder text = new StringBuilder();
    for (int words = 5 + random.nextInt(40); words > 0; words--) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return text.toString();
  }

  /**
   * The same frames with the checksums of a machine of that byte order; SQLite itself writes those
   * of the machine it runs on.
   */
  private static byte[] rewrite(byte[] wal, ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.wrap(wal);
    // The lowest bit of the magic number says that checksums read words as big-endian.
    buffer.putInt(0, order == ByteOrder.BIG_ENDIAN ? 0x377F0683 : 0x377F0682);
    long checksum = WalChecksum.update(0, wal, 0, 24, order);
    buffer.putLong(24, checksum);
    WalHeader header = WalHeader.parse(wal).orElseThrow();
    int frameSize = header.frameSize();
    for (int at = WalHeader.SIZE; at + frameSize <= wal.length; at += frameSize) {
      checksum = WalChecksum.update(checksum, wal, at, 8, order);
      checksum =
          WalChecksum.update(
              checksum, wal, at + WalHeader.FRAME_HEADER_SIZE, header.pageSize(), order);
      buffer.putLong(at + 16, checksum);
    }
    return wal;
  }
}
