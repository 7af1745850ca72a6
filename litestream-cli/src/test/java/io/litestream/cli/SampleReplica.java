package io.litestream.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import net.jpountz.lz4.LZ4FrameOutputStream;

/**
 * A replica in a directory, put together by hand from a database and its WAL, without help from the
 * code under test: one generation, a snapshot with 1 row, a segment that brings it to 3 rows.
 */
final class SampleReplica {

  static final String GENERATION = "4c994ccc40a5ba03";
  static final Instant SNAPSHOT_TIME = Instant.parse("2026-11-23T00:00:06.900Z");
  static final Instant SEGMENT_TIME = Instant.parse("2026-11-23T00:00:12.345Z");

  private final Path database;
  private final Path directory;

  private SampleReplica(Path database, Path directory) {
    this.database = database;
    this.directory = directory;
  }

  /** Makes a database {@code app.db} in a directory, and a replica of it in {@code replica}. */
  static SampleReplica create(Path directory) throws Exception {
    Path database = directory.resolve("app.db");
    SampleReplica sample = new SampleReplica(database, directory.resolve("replica"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=wal");
      statement.execute("PRAGMA wal_autocheckpoint=0");
      statement.execute("CREATE TABLE t(n INTEGER)");
      statement.execute("INSERT INTO t VALUES (1)");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      sample.put("snapshots/00000000.snapshot.lz4", database, SNAPSHOT_TIME);
      statement.execute("INSERT INTO t VALUES (2)");
      statement.execute("INSERT INTO t VALUES (3)");
      Path wal = database.resolveSibling("app.db-wal");
      sample.put("wal/00000000_00000000.wal.lz4", wal, SEGMENT_TIME);
    }
    return sample;
  }

  /** A replica of a database whose table refers to a page that is not one of a table. */
  static SampleReplica createDamaged(Path directory) throws Exception {
    Path database = directory.resolve("app.db");
    SampleReplica sample = new SampleReplica(database, directory.resolve("replica"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size=4096");
      statement.execute("PRAGMA journal_mode=wal");
      statement.execute("CREATE TABLE t(n INTEGER)");
      statement.execute("INSERT INTO t VALUES (1)");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    byte[] bytes = Files.readAllBytes(database);
    bytes[4096] = 0x55; // the type of the table's root page
    Files.write(database, bytes);
    sample.put("snapshots/00000000.snapshot.lz4", database, SNAPSHOT_TIME);
    return sample;
  }

  private void put(String name, Path content, Instant time) throws IOException {
    Path object = directory.resolve("generations/" + GENERATION + "/" + name);
    Files.createDirectories(object.getParent());
    try (OutputStream out = new LZ4FrameOutputStream(Files.newOutputStream(object))) {
      Files.copy(content, out);
    }
    Files.setLastModifiedTime(object, FileTime.from(time));
  }

  long size(String name) throws IOException {
    return Files.size(directory.resolve("generations/" + GENERATION + "/" + name));
  }

  Path database() {
    return database;
  }

  Path directory() {
    return directory;
  }

  String url() {
    return "file://" + directory;
  }

  static int rows(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM t")) {
      return count.getInt(1);
    }
  }
}
