package io.litestream.core.restore;

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
}
