package io.litestream.core.check;

import io.litestream.core.DatabaseOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks at a database and at the disk it is on, without opening it with SQLite: nothing appears
 * beside it, and its WAL stays as it is. What belongs to a connection of the application, such as
 * {@code busy_timeout} and {@code synchronous}, cannot be seen from outside.
 *
 * <p>Reads the header (SQLite file format, "The Database Header"):
 *
 * <pre>
 *  0  "SQLite format 3" and NUL, 16 bytes
 * 16  page size, 2 bytes big-endian; 1 stands for 65536
 * 18  2 if the journal is a WAL
 * 52  not 0 if auto_vacuum is on, 4 bytes big-endian
 * 64  not 0 if it is incremental, 4 bytes big-endian
 * 96  version of the SQLite that wrote last, 4 bytes big-endian, as in 3054001
 * </pre>
 */
public final class DatabaseCheck {

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_SIZE = 100;
  private static final int DEFAULT_PAGE_SIZE = 4096;

  /** Versions in between may damage a database that is checkpointed by another connection. */
  private static final int FIRST_WITH_WAL_RESET_BUG = 3_007_000;

  private static final int FIRST_WITHOUT_IT = 3_051_003;

  private final DatabaseOptions options;
  private final Path path;
  private final List<Finding> findings = new ArrayList<>();

  private DatabaseCheck(DatabaseOptions options) {
    this.options = options;
    this.path = options.path();
  }

  /**
   * Checks one database. Only for processes that have no connection to it: closing the file again
   * would cost them SQLite's locks.
   */
  public static List<Finding> run(DatabaseOptions options) {
    DatabaseCheck check = new DatabaseCheck(options);
    check.run();
    return List.copyOf(check.findings);
  }

  private void run() {
    int pageSize = DEFAULT_PAGE_SIZE;
    if (!Files.exists(path)) {
      add("database", Verdict.NOTE, "does not exist yet; 'replicate' waits for it");
    } else if (isUsable()) {
      pageSize = readHeader();
    }
    checkSpace(pageSize);
  }

  private boolean isUsable() {
    Path directory = path.getParent();
    if (Files.isDirectory(path)) {
      add("database", Verdict.DATABASE, "is a directory");
    } else if (!Files.isReadable(path) || !Files.isWritable(path)) {
      add(
          "database",
          Verdict.DATABASE,
          "may not be read and written by this user; replicating takes both");
    } else if (directory != null && !Files.isWritable(directory)) {
      add(
          "database",
          Verdict.DATABASE,
          "is in a directory that this user may not write to; its WAL needs that");
    } else {
      return true;
    }
    return false;
  }

  /** Returns the page size. */
  private int readHeader() {
    byte[] bytes;
    long size;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(HEADER_SIZE);
      size = Files.size(path);
    } catch (IOException e) {
      add("database", Verdict.DATABASE, "cannot be read: " + e.getMessage());
      return DEFAULT_PAGE_SIZE;
    }
    if (size == 0) {
      add("database", Verdict.NOTE, "is empty so far");
      return DEFAULT_PAGE_SIZE;
    }
    if (bytes.length < HEADER_SIZE || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      add("database", Verdict.DATABASE, "is no SQLite database, or is encrypted");
      return DEFAULT_PAGE_SIZE;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int code = header.getShort(16) & 0xFFFF;
    int pageSize = code == 1 ? 65536 : code;
    add("database", Verdict.OK, size + " bytes, in pages of " + pageSize);
    boolean wal = header.get(18) == 2;
    add(
        "journal_mode",
        wal ? Verdict.OK : Verdict.NOTE,
        wal
            ? "wal"
            : "not wal yet; 'replicate' switches it when nobody else is using the database");
    checkAutoVacuum(header.getInt(52) != 0, header.getInt(64) != 0);
    checkVersion(header.getInt(96));
    return pageSize;
  }

  private void checkAutoVacuum(boolean on, boolean incremental) {
    if (!on) {
      add("auto_vacuum", Verdict.OK, "none");
    } else if (incremental) {
      add("auto_vacuum", Verdict.OK, "incremental");
    } else {
      add(
          "auto_vacuum",
          Verdict.NOTE,
          "full: commits that free pages move others, all of which is replicated; 'incremental'"
              + " leaves the moment to the application");
    }
  }

  private void checkVersion(int version) {
    String text = version / 1_000_000 + "." + version / 1000 % 1000 + "." + version % 1000;
    boolean dangerous = version >= FIRST_WITH_WAL_RESET_BUG && version < FIRST_WITHOUT_IT;
    add(
        "sqlite",
        dangerous ? Verdict.NOTE : Verdict.OK,
        dangerous
            ? "last written by SQLite "
                + text
                + ", which can damage a database that another process checkpoints;"
                + " update the application's SQLite to 3.51.3 or later"
            : "last written by SQLite " + text);
  }

  private void checkSpace(int pageSize) {
    Path place = options.metaPath();
    while (!Files.exists(place) && place.getParent() != null) {
      place = place.getParent();
    }
    try {
      long free = Files.getFileStore(place).getUsableSpace();
      // The application's WAL and its copy, each up to where a checkpoint is forced.
      long needed = 2L * options.maxCheckpointPages() * pageSize;
      long size = Files.exists(path) ? Files.size(path) : 0;
      if (free < needed) {
        add(
            "space",
            Verdict.SPACE,
            free + " bytes are free in " + place + "; the WAL and its copy may need " + needed);
      } else if (free < size + needed) {
        add(
            "space",
            Verdict.NOTE,
            free + " bytes are free in " + place + "; a restore beside the database needs " + size);
      } else {
        add("space", Verdict.OK, free + " bytes are free");
      }
    } catch (IOException e) {
      add("space", Verdict.NOTE, "cannot be told: " + e.getMessage());
    }
  }

  private void add(String subject, Verdict verdict, String text) {
    findings.add(Finding.of(subject, verdict, text));
  }
}
