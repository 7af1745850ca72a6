package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.TxId;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.LtxReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A replica that the real Litestream v0.5 has written, see {@code src/test/resources/v05}, and what
 * it restores from it.
 */
final class GoldenReplica {

  /** When all objects were written, as far as the store knows. */
  static final Instant LISTED = Instant.parse("2030-01-01T00:00:00Z");

  final FixedStore store = new FixedStore();
  final LtxReader reader = new LtxReader("file", store);

  /** The SHA-256 of each transaction's database; empty if the peer cannot restore it. */
  final Map<TxId, Optional<String>> expected = new TreeMap<>();

  /** The SHA-256 of the database after a transaction that the peer restores. */
  String expected(TxId id) {
    return requireNonNull(expected.get(id)).orElseThrow();
  }

  static GoldenReplica load(String name) {
    Path root = Path.of("src/test/resources/v05").resolve(name);
    GoldenReplica replica = new GoldenReplica();
    try (Stream<Path> files = Files.walk(root.resolve("ltx"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = root.relativize(file).toString().replace('\\', '/');
        replica.store.put(key, Files.readAllBytes(file), LISTED);
      }
      for (String line : Files.readAllLines(root.resolve("expected.txt"))) {
        int space = line.indexOf(' ');
        String digest = line.substring(space + 1);
        replica.expected.put(
            TxId.parse(line.substring(0, space)).orElseThrow(),
            digest.equals("-") ? Optional.empty() : Optional.of(digest));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replica;
  }

  LtxRestoreResult restore(LtxRestoreRequest request) throws IOException, InterruptedException {
    LtxPlan plan = LtxRestorer.plan(List.of(reader), request);
    return LtxRestorer.restore(plan, request, RestoreProgress.NONE);
  }

  static String digest(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
