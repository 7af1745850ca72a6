package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What this project encodes, notes included, restored by the peer: the same bytes, in a file of the
 * same mode.
 */
@EnabledIfEnvironmentVariable(
    named = "LITESTREAM_PEER",
    matches = ".+",
    disabledReason = "LITESTREAM_PEER does not name the peer's executable")
class PeerTest {

  @TempDir Path directory;

  @Test
  void peerRestoresWhatIsEncodedHere() throws Exception {
    try (SqliteHistory history = new SqliteHistory(directory, 4096)) {
      Random random = new Random(6);
      for (int index = 0; index < 4; index++) {
        if (index > 0) {
          history.nextIndex();
        }
        history.commitRandom(random, 10);
        history.commitRandom(random, 1000, 9000);
      }
      TestReplica replica = TestReplica.withNotes(history);
      Path ours = directory.resolve("ours.db");
      Path theirs = directory.resolve("theirs.db");
      replica.restore(TestReplica.to(ours));

      restoreByPeer(replica, theirs);

      assertThat(Arrays.mismatch(Files.readAllBytes(theirs), Files.readAllBytes(ours)))
          .isEqualTo(-1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ours)))
          .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(theirs)));
    }
  }

  private void restoreByPeer(TestReplica replica, Path target)
      throws IOException, InterruptedException {
    Path root = directory.resolve("replica");
    for (Map.Entry<String, byte[]> object : replica.store.objects.entrySet()) {
      Path file = root.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
    Process peer =
        new ProcessBuilder(
                System.getenv("LITESTREAM_PEER"),
                "restore",
                "-o",
                target.toString(),
                "file://" + root)
            .redirectErrorStream(true)
            .start();
    String said = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(peer.waitFor()).as(said).isZero();
  }
}
