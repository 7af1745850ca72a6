package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any WALs, cut into segments anywhere, up to any point: the last commit before that point. */
class RestorerPropertyTest {

  @TempDir Path directory;

  static List<Long> seeds() {
    return new Random(20261125).longs(12).boxed().toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void restoresTheLastCommitBeforeTheEnd(long seed) throws Exception {
    Random random = new Random(seed);
    int pageSize = 512 << random.nextInt(5);
    int indexes = 1 + random.nextInt(5);
    try (SqliteHistory history = new SqliteHistory(directory, pageSize)) {
      for (int index = 0; index < indexes; index++) {
        if (index > 0) {
          history.nextIndex();
        }
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
          history.commitRandom(random, 1 + random.nextInt(30));
        }
      }
      TestReplica replica = new TestReplica();
      int snapshot = random.nextInt(indexes);
      int last = snapshot + random.nextInt(indexes - snapshot);
      replica.snapshot(snapshot, history.base(snapshot));
      long end = 0;
      for (int index = snapshot; index <= last; index++) {
        List<Long> cuts = TestReplica.randomCuts(history.wal(index), random, 8);
        if (index == last) {
          cuts = cuts.subList(0, 1 + random.nextInt(cuts.size()));
        }
        replica.segments(index, history.wal(index), cuts);
        end = cuts.get(cuts.size() - 1);
      }
      long limit = end;
      long commit =
          history.commits(last).stream().filter(at -> at <= limit).reduce((a, b) -> b).orElse(0L);
      Path output = directory.resolve("out.db");

      RestoreResult result = replica.restore(TestReplica.checked(output, IntegrityCheck.FULL));

      assertThat(result.position())
          .as("seed %s", seed)
          .isEqualTo(new Position(TestReplica.GENERATION, last, commit));
      assertThat(Arrays.mismatch(Files.readAllBytes(output), history.stateAt(last, commit)))
          .as("first different byte, seed %s", seed)
          .isEqualTo(-1);
    }
  }

  /** Whatever one object suffers: a refusal, or a state that the source went through. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void neverRestoresWhatNeverWas(long seed) throws Exception {
    Random random = new Random(seed);
    try (SqliteHistory history = new SqliteHistory(directory, 1024)) {
      for (int index = 0; index < 3; index++) {
        if (index > 0) {
          history.nextIndex();
        }
        for (int i = 0; i < 3; i++) {
          history.commitRandom(random, 1 + random.nextInt(20));
        }
      }
      for (int round = 0; round < 15; round++) {
        TestReplica replica = TestReplica.withNotes(history);
        String what = "seed " + seed + ", round " + round + ": " + damage(replica, random);
        Path output = directory.resolve("out" + round + ".db");
        try {
          RestoreResult result = replica.restore(TestReplica.to(output));
          byte[] expected = history.stateAt(result.position().index(), result.position().offset());
          assertThat(Arrays.mismatch(Files.readAllBytes(output), expected)).as(what).isEqualTo(-1);
          assertThat(result.position().index()).as(what).isEqualTo(2);
        } catch (RestoreException e) {
          assertThat(output).as(what).doesNotExist();
        }
      }
    }
  }

  private static String damage(TestReplica replica, Random random) {
    var objects = replica.store.objects;
    List<String> keys = List.copyOf(objects.keySet());
    String key = keys.get(random.nextInt(keys.size()));
    String other = keys.get(random.nextInt(keys.size()));
    byte[] bytes = requireNonNull(objects.get(key)).clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(5)) {
      case 0 -> {
        objects.remove(key);
        return "without " + key;
      }
      case 1 -> {
        objects.put(key, Arrays.copyOf(bytes, at));
        return key + " cut to " + at;
      }
      case 2 -> {
        Arrays.fill(bytes, at, Math.min(bytes.length, at + 512), (byte) 0);
        objects.put(key, bytes);
        return key + " with zeros from " + at;
      }
      case 3 -> {
        objects.put(key, requireNonNull(objects.get(other)));
        return key + " holds " + other;
      }
      default -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        objects.put(key, bytes);
        return key + " with a flipped bit at " + at;
      }
    }
  }
}
