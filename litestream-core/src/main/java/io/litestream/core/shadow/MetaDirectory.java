package io.litestream.core.shadow;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory beside a database that holds its shadow WAL, locked against a second process. Used
 * by one thread at a time, except for {@link #shadowPath}, {@link #uploadRecord} and {@link
 * #keepDrill}.
 */
public final class MetaDirectory implements AutoCloseable {

  private static final Pattern SHADOW = Pattern.compile("([0-9a-f]{8})\\.wal");

  /**
   * Those that this process has locked. POSIX locks belong to processes: one that opens its own
   * lock file a second time, and closes it, has lost the lock.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final Path realRoot;
  private final Ownership ownership;
  private final FileChannel lockFile;
  private final Object recordMaking = new Object();

  private MetaDirectory(Path root, Path realRoot, Ownership ownership, FileChannel lockFile) {
    this.root = root;
    this.realRoot = realRoot;
    this.ownership = ownership;
    this.lockFile = lockFile;
  }

  /**
   * Opens the directory, making it if it is missing, and removes what a crash left half-written.
   *
   * @param database exists; lends mode and owner
   * @throws IOException if another process, or another database, holds the directory, or it cannot
   *     be written
   */
  public static MetaDirectory open(Path root, Path database) throws IOException {
    Ownership ownership = Ownership.of(database);
    Path realRoot;
    try {
      ownership.createDirectories(root);
      realRoot = root.toRealPath();
    } catch (IOException e) {
      throw notWritable(root, database, e);
    }
    if (!LOCKED.add(realRoot)) {
      throw new IOException(
          "the meta directory "
              + root
              + " of "
              + database
              + " is in use for another database; each needs a 'meta-path' of its own");
    }
    try {
      return open(root, realRoot, database, ownership);
    } catch (IOException | RuntimeException e) {
      LOCKED.remove(realRoot);
      throw e;
    }
  }

  private static IOException notWritable(Path root, Path database, IOException e) {
    return new IOException(
        "cannot write the meta directory " + root + " of " + database + ": " + reason(e), e);
  }

  private static MetaDirectory open(Path root, Path realRoot, Path database, Ownership ownership)
      throws IOException {
    FileChannel lockFile;
    try {
      Path path = root.resolve("lock");
      lockFile = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      ownership.giveToFile(path);
    } catch (IOException e) {
      throw notWritable(root, database, e);
    }
    try {
      FileLock lock;
      try {
        lock = lockFile.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null; // held by this process, under another class loader
      }
      if (lock == null) {
        throw new IOException(
            "database "
                + database
                + " is being replicated by another process, which holds "
                + root.resolve("lock")
                + "; stop it first");
      }
      MetaDirectory directory = new MetaDirectory(root, realRoot, ownership, lockFile);
      directory.removeLeftovers();
      return directory;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private Path generationFile() {
    return root.resolve("generation");
  }

  private Path generationDirectory(Generation generation) {
    return root.resolve("generations").resolve(generation.name());
  }

  private Path shadowDirectory(Generation generation) {
    return generationDirectory(generation).resolve("wal");
  }

  /** Where the shadow file of an index is or would be. */
  public Path shadowPath(Generation generation, int index) {
    return shadowDirectory(generation).resolve(Position.indexText(index) + ".wal");
  }

  /**
   * The file that records what one replica was sent of a generation, and that goes away with it;
   * made empty if it is missing. Any thread may call it.
   *
   * @throws NoSuchFileException if the generation is over
   */
  public Path uploadRecord(Generation generation, String replica) throws IOException {
    synchronized (recordMaking) {
      Path home = generationDirectory(generation);
      if (!Files.isDirectory(home)) {
        throw new NoSuchFileException(home.toString());
      }
      Path file = uploadRecord(root, generation, replica);
      ownership.createDirectories(file.resolveSibling(""));
      if (!Files.exists(file)) {
        Files.createFile(file);
        ownership.giveToFile(file);
      }
      return file;
    }
  }

  /** Where that file is, in the meta directory of a database; it need not be there. */
  public static Path uploadRecord(Path root, Generation generation, String replica) {
    return root.resolve("generations")
        .resolve(generation.name())
        .resolve("uploads")
        .resolve(fileName(replica));
  }

  /** Where it is kept how the last restore drill of a replica ended; it need not be there. */
  public static Path drillRecord(Path root, String replica) {
    return root.resolve("drills").resolve(fileName(replica));
  }

  /** A replica's name may hold anything, and be of any length. */
  private static String fileName(String replica) {
    return sha256(replica).substring(0, 16);
  }

  /**
   * Keeps how the last restore drill of a replica ended. A crash leaves what was kept before, or
   * this. Any thread may call it, for each replica one at a time.
   */
  public void keepDrill(String replica, byte[] text) throws IOException {
    Path file = drillRecord(root, replica);
    synchronized (recordMaking) {
      ownership.createDirectories(file.resolveSibling(""));
    }
    replace(file, text);
  }

  /** Whoever reads the file sees the old content or the new one, after a power failure as well. */
  private void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
    ownership.giveToFile(temporary);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * A name for this directory that no other has, made when it is first asked for. Who has the
   * directory locked is the only one of that name, unless the directory was copied.
   */
  public String owner() throws IOException {
    Path file = root.resolve("owner");
    try {
      String name = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (name.matches("[0-9a-f]{32}")) {
        return name;
      }
    } catch (NoSuchFileException e) {
      // It gets its name now.
    }
    String name = UUID.randomUUID().toString().replace("-", "");
    replace(file, (name + "\n").getBytes(StandardCharsets.US_ASCII));
    return name;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The current generation, if one has begun and its name is whole. */
  public Optional<Generation> generation() throws IOException {
    try {
      String name = Files.readString(generationFile(), StandardCharsets.US_ASCII).strip();
      return Generation.isName(name) ? Optional.of(new Generation(name)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Begins a generation at index 0, makes it the current one, and removes the others. A crash
   * before the end leaves either the old generation current or the new one.
   */
  public ShadowFile beginGeneration(Generation generation, byte[] headerBytes, WalHeader header)
      throws IOException {
    ownership.createDirectories(shadowDirectory(generation));
    ShadowFile first =
        ShadowFile.create(shadowPath(generation, 0), 0, headerBytes, header, ownership);
    try {
      replace(generationFile(), (generation.name() + "\n").getBytes(StandardCharsets.US_ASCII));
      removeOtherGenerations(generation);
      return first;
    } catch (IOException e) {
      first.close();
      throw new IOException("cannot begin a generation in " + root + ": " + reason(e), e);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }

  /** Begins the shadow file of an index. */
  public ShadowFile beginIndex(
      Generation generation, int index, byte[] headerBytes, WalHeader header) throws IOException {
    return ShadowFile.create(shadowPath(generation, index), index, headerBytes, header, ownership);
  }

  /** The indexes that have a shadow file, in ascending order. */
  public List<Integer> indexes(Generation generation) throws IOException {
    return indexes(shadowDirectory(generation));
  }

  static List<Integer> indexes(Path directory) throws IOException {
    List<Integer> indexes = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher matcher = SHADOW.matcher(String.valueOf(file.getFileName()));
        if (matcher.matches()) {
          int index = Integer.parseUnsignedInt(matcher.group(1), 16);
          if (index >= 0) {
            indexes.add(index);
          }
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    Collections.sort(indexes);
    return indexes;
  }

  /** Opens the shadow file of an index, see {@link ShadowFile#open}. */
  public Optional<ShadowFile> openShadow(Generation generation, int index) throws IOException {
    return ShadowFile.open(shadowPath(generation, index), index);
  }

  /** Removes the shadow files of all lower indexes. */
  public void removeBelow(Generation generation, int index) throws IOException {
    for (int each : indexes(generation)) {
      if (each < index) {
        Files.deleteIfExists(shadowPath(generation, each));
      }
    }
  }

  private void removeLeftovers() throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (String.valueOf(file.getFileName()).endsWith(".tmp")) {
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    Optional<Generation> current = generation();
    if (current.isPresent()) {
      removeOtherGenerations(current.get());
    }
  }

  private void removeOtherGenerations(Generation current) throws IOException {
    Path generations = root.resolve("generations");
    if (!Files.isDirectory(generations)) {
      return;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(generations)) {
      for (Path directory : directories) {
        String name = String.valueOf(directory.getFileName());
        if (Generation.isName(name) && !name.equals(current.name())) {
          removeTree(directory);
        }
      }
    }
  }

  private static void removeTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Lets another process have the directory. */
  @Override
  public void close() throws IOException {
    if (lockFile.isOpen()) {
      lockFile.close();
      LOCKED.remove(realRoot);
    }
  }
}
