package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import io.litestream.core.lease.LeaseRecord;
import io.litestream.testkit.HttpFault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Has happen what each row of the table in docs/operations.md is about, and holds what an operator
 * sees against what the row says. What stands between backticks is seen; dots stand for anything.
 */
@Timeout(120)
class OperationsTest {

  private static final Path DOCUMENT = Path.of("../docs/operations.md");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A setting that makes a replica late soon, and not before it has been seen otherwise. */
  private static final String SOON = "4s";

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private Path database;
  private CommandLineRun replicate;
  private CompletableFuture<Integer> code = CompletableFuture.completedFuture(0);
  private String address = "";

  @BeforeEach
  void setUp() throws Exception {
    database = SampleReplica.create(directory).database();
    replicate = new CommandLineRun(directory).at(Clock.systemUTC());
  }

  @AfterEach
  void tearDown() {
    stop();
  }

  private void stop() {
    if (!code.isDone()) {
      replicate.send(StopSignal.TERM);
    }
    code.join();
  }

  private Path config(String addr, String replica) throws IOException {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        "addr: %s\nmax-lag: %s\nlogging: {stderr: true}\ndbs: [{path: ~/app.db, replicas: [%s]}]\n"
            .formatted(addr, SOON, replica));
  }

  private void replicate(String replica) throws Exception {
    Path config = config("127.0.0.1:0", replica);
    code =
        CompletableFuture.supplyAsync(
            () ->
                replicate.run(
                    "replicate", "-shutdown-timeout", "100ms", "-config", config.toString()));
    address = replicate.awaitErr("url=http://([0-9.:]+)/metrics", code).group(1);
    config(address, replica); // for those who ask
  }

  private void insert() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      statement.execute("INSERT INTO t VALUES (7)");
    }
  }

  private HttpResponse<String> page(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String health() throws Exception {
    HttpResponse<String> page = page("/healthz");
    return page.statusCode() + "\n" + page.body();
  }

  private String status() {
    CommandLineRun status = new CommandLineRun(directory).at(Clock.systemUTC());
    assertThat(status.run("status", "-config", directory.resolve("litestream.yml"))).isZero();
    return status.out();
  }

  private static void await(String what, Callable<String> seen, Pattern expected) throws Exception {
    Wait.until(what + ": " + expected, PATIENCE, seen, () -> expected.matcher(seen.call()).find());
  }

  private static List<String> row(String trouble) throws IOException {
    List<List<String>> rows =
        Files.readAllLines(DOCUMENT).stream()
            .filter(line -> line.startsWith("| " + trouble + " |"))
            .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
            .toList();
    assertThat(rows).as(trouble).hasSize(1);
    assertThat(rows.get(0)).hasSize(7);
    return rows.get(0).subList(1, 6);
  }

  /** A number behind a metric's labels is not 0, unless it is said. */
  private static Pattern claim(String text) {
    boolean counts = text.endsWith("} ...");
    String words = counts ? text.substring(0, text.length() - "...".length()) : text;
    return Pattern.compile(
        Stream.of(words.split("\\.\\.\\.", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"))
            + (counts ? "(?!0\\.0\\s)[0-9]" : ""));
  }

  /** What a cell says that is seen, in order. */
  private static List<Pattern> claims(String cell) {
    List<Pattern> claims = new ArrayList<>();
    Matcher code = Pattern.compile("`([^`]*)`").matcher(cell);
    while (code.find()) {
      if (!code.group(1).equals("max-lag")) {
        claims.add(claim(code.group(1)));
      }
    }
    Matcher status = Pattern.compile("^(200|503)").matcher(cell);
    if (status.find()) {
      claims.add(Pattern.compile("^" + status.group(1)));
    }
    return claims;
  }

  /** Waits until everything is to be seen that the row says. */
  private void assertRow(String trouble) throws Exception {
    List<String> row = row(trouble);
    List<Callable<String>> columns =
        List.of(replicate::err, () -> page("/metrics").body(), this::health, this::status);
    int claimed = 0;
    // What comes first in a cell may be over by the time that later cells are looked at.
    for (int column : new int[] {3, 2, 0, 1}) {
      for (Pattern claim : claims(row.get(column + 1))) {
        await(trouble, columns.get(column), claim);
        claimed++;
      }
    }
    assertThat(claimed).isGreaterThanOrEqualTo(5);
  }

  @Test
  void deletesThatAreDenied() throws Exception {
    try (S3Server server = S3Server.start()) {
      replicate(
          server.replicaWithoutDeletes(
              ", retention: 1s, snapshot-interval: 1s, sync-interval: 50ms"));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!replicate.err().contains("msg=\"delete failed")) {
        assertThat(System.nanoTime()).as(replicate.err()).isLessThan(deadline);
        insert();
      }
      assertRow("the store denies deletes");
      stop();
    }
  }

  @Test
  void aDrillWithAFlippedPage() throws Exception {
    Path replica = directory.resolve("drilled");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE large(x BLOB)");
      statement.execute("INSERT INTO large VALUES (zeroblob(50000))");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    replicate("{path: ~/drilled, validation-interval: 200ms, sync-interval: 50ms}");
    await("a drill", replicate::err, Pattern.compile("restore drill passed"));
    flipLastPage(replica);

    assertRow("a restore drill finds a page that differs");
    stop();
    try (Stream<Path> left = Files.list(directory.resolve(".app.db-litestream"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("litestream-drill"));
    }
  }

  /** With right checksums: of an overflow page SQLite knows no more than where the next one is. */
  private static void flipLastPage(Path replica) throws IOException {
    Path snapshot;
    try (Stream<Path> files = Files.walk(replica)) {
      snapshot =
          files.filter(f -> f.toString().endsWith(".snapshot.lz4")).findFirst().orElseThrow();
    }
    byte[] pages;
    try (LZ4FrameInputStream in =
        new LZ4FrameInputStream(new ByteArrayInputStream(Files.readAllBytes(snapshot)))) {
      pages = in.readAllBytes();
    }
    pages[pages.length - 100] ^= 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LZ4FrameOutputStream frame = new LZ4FrameOutputStream(out)) {
      frame.write(pages);
    }
    Files.write(snapshot, out.toByteArray());
  }

  @Test
  void anExpiredCredential() throws Exception {
    try (S3Server server = S3Server.start()) {
      replicate(server.replica(", sync-interval: 50ms"));
      await("the first sync", () -> page("/readyz").body(), Pattern.compile("ok"));
      server
          .proxy()
          .onEach(
              request -> true,
              HttpFault.answer(
                  403,
                  Map.of("Content-Type", "application/xml"),
                  "<Error><Code>ExpiredToken</Code><Message>The provided token has expired."
                      + "</Message></Error>"));
      insert();
      assertRow("a credential has expired");
      stop();
    }
  }

  @Test
  void aFullDisk() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 200)) {
      replicate("{path: ~/disk/replica, sync-interval: 50ms}");
      await("the first sync", () -> page("/readyz").body(), Pattern.compile("ok"));
      Files.write(disk.root().resolve("filler"), new byte[1 << 16]);
      fill(disk.root().resolve("more"));
      insert();
      assertRow("the replica's disk is full");
      stop();
    }
  }

  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void aStoreThatHangs() throws Exception {
    try (S3Server server = S3Server.start()) {
      replicate(server.replica(", sync-interval: 50ms"));
      await("the first sync", () -> page("/readyz").body(), Pattern.compile("ok"));
      server.proxy().onEach(request -> true, HttpFault.hang());
      insert();
      assertRow("the store hangs");
      assertThat(replicate.err()).doesNotContain("upload failed");
      server.proxy().heal();
      server.proxy().resetConnections();
      await("the replica again", this::health, Pattern.compile("^200"));
      stop();
    }
  }

  @Test
  void aLostLease() throws Exception {
    Path leased = directory.resolve("leased");
    replicate("{path: ~/leased, sync-interval: 50ms, lease: required, lease-ttl: 2s}");
    await("the first sync", () -> page("/readyz").body(), Pattern.compile("ok"));
    takeLease(leased.resolve("lease"));
    await("it is noticed", replicate::err, Pattern.compile("held by another writer"));
    insert();

    assertRow("another writer has taken the lease");
    stop();
  }

  /** As one does that takes the holder for dead, and then holds it for an hour. */
  private static void takeLease(Path epochs) throws IOException {
    byte[] rival =
        new LeaseRecord("elsewhere", "rival", Duration.ofHours(1), false, "other-host:7").toBytes();
    for (long epoch = 1; ; epoch++) {
      try {
        Files.write(epochs.resolve("%016x".formatted(epoch)), rival, StandardOpenOption.CREATE_NEW);
        return;
      } catch (FileAlreadyExistsException e) {
        // The next one, then.
      }
    }
  }

  @Test
  void everyRowHasATest() throws IOException {
    assertThat(
            Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.split("\\|", -1)[1].strip())
                .skip(1))
        .containsExactlyInAnyOrder(
            "the store denies deletes",
            "a restore drill finds a page that differs",
            "a credential has expired",
            "the replica's disk is full",
            "the store hangs",
            "another writer has taken the lease");
  }
}
