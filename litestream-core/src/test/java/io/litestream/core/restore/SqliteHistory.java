package io.litestream.core.restore;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A real database whose WALs are kept, one after the other, with the ends of their commits; and
 * SQLite's own word for what the database is at each.
 */
final class SqliteHistory implements AutoCloseable {

  private final Path directory;
  private final Path file;
  private final Connection connection;
  private final List<byte[]> bases = new ArrayList<>();
  private final List<byte[]> wals = new ArrayList<>();
  private final List<List<Long>> commits = new ArrayList<>();

  SqliteHistory(Path directory, int pageSize, String... pragmas) throws Exception {
    this.directory = directory;
    this.file = directory.resolve("source.db");
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    execute("PRAGMA page_size=" + pageSize);
    execute(pragmas);
    execute(
        "PRAGMA journal_mode=wal",
        "PRAGMA wal_autocheckpoint=0",
        "PRAGMA synchronous=OFF",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, mark TEXT, pad BLOB)",
        "CREATE INDEX t_mark ON t(mark)",
        "PRAGMA wal_checkpoint(TRUNCATE)");
    beginIndex();
  }

  private void execute(String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private void beginIndex() throws IOException {
    bases.add(Files.readAllBytes(file));
    wals.add(new byte[0]);
    commits.add(new ArrayList<>());
  }

  /** Commits all of it in one transaction. */
  void commit(String... statements) throws Exception {
    execute("BEGIN");
    execute(statements);
    execute("COMMIT");
    remember();
  }

  /** For what cannot run inside a transaction. */
  void alone(String statement) throws Exception {
    execute(statement);
    remember();
  }

  private void remember() throws IOException {
    byte[] wal = Files.readAllBytes(directory.resolve("source.db-wal"));
    List<Long> ends = commits.get(commits.size() - 1);
    long end = WalBytes.committedEnd(wal);
    if (end > 0 && (ends.isEmpty() || ends.get(ends.size() - 1) != end)) {
      ends.add(end);
      wals.set(wals.size() - 1, Arrays.copyOf(wal, (int) end));
    }
  }

  /** A commit of a few random changes. */
  void commitRandom(Random random, int changes) throws Exception {
    commitRandom(random, changes, 1500);
  }

  void commitRandom(Random random, int changes, int mostBytes) throws Exception {
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      int size = random.nextInt(mostBytes);
      statements.add(
          switch (random.nextInt(5)) {
            case 0 -> "DELETE FROM t WHERE id % 7 = " + random.nextInt(7) + " AND id % 3 = 1";
            case 1 ->
                "UPDATE t SET pad = randomblob("
                    + size
                    + ") WHERE id > (SELECT max(id) FROM t) - "
                    + (1 + random.nextInt(20));
            default ->
                "INSERT INTO t(mark, pad) VALUES ('m"
                    + random.nextInt(1000)
                    + "', randomblob("
                    + size
                    + "))";
          });
    }
    statements.add("INSERT INTO t(mark) VALUES ('last')");
    commit(statements.toArray(String[]::new));
  }

  /** Checkpoints, so that the next commit restarts the WAL. */
  void nextIndex() throws Exception {
    execute("PRAGMA wal_checkpoint(RESTART)");
    beginIndex();
  }

  int indexes() {
    return wals.size();
  }

  /** The database file before the first frame of an index. */
  byte[] base(int index) {
    return bases.get(index);
  }

  /** The database file as it is at this moment. */
  byte[] fileNow() throws IOException {
    return Files.readAllBytes(file);
  }

  /** Lets a reader that does not see the last commits hold a checkpoint up, and checkpoints. */
  void checkpointBehindAReader(CheckedRunnable commits) throws Exception {
    try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = reader.createStatement()) {
      statement.execute("BEGIN");
      statement.executeQuery("SELECT count(*) FROM t").close();
      commits.run();
      execute("PRAGMA wal_checkpoint(PASSIVE)");
      statement.execute("ROLLBACK");
    }
  }

  /** Something that may fail. */
  interface CheckedRunnable {
    void run() throws Exception;
  }

  byte[] wal(int index) {
    return wals.get(index);
  }

  /** The ends of the commits of an index. */
  List<Long> commits(int index) {
    return commits.get(index);
  }

  /** What SQLite makes of the database file and so much of the WAL of an index. */
  byte[] stateAt(int index, long offset) throws Exception {
    return applied(base(index), Arrays.copyOf(wal(index), (int) offset));
  }

  byte[] lastState() throws Exception {
    int last = indexes() - 1;
    return stateAt(last, wal(last).length);
  }

  private byte[] applied(byte[] database, byte[] wal) throws Exception {
    Path copy = Files.createTempDirectory(directory, "oracle").resolve("copy.db");
    Files.write(copy, database);
    Files.write(copy.resolveSibling("copy.db-wal"), wal);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    return Files.readAllBytes(copy);
  }

  static String integrity(Path database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + database.toUri() + "?mode=ro&immutable=1");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check")) {
      List<String> findings = new ArrayList<>();
      while (rows.next()) {
        findings.add(rows.getString(1));
      }
      return findings.stream().collect(joining("; "));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
