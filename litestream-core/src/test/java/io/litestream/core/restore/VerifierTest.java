package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.GenerationReport.Stretch;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {

  private static final String SNAPSHOT = ReplicaLayout.snapshotKey(TestReplica.GENERATION, 0);

  @TempDir Path directory;
  private SqliteHistory history;
  private TestReplica replica;

  /** Five indexes of three segments. */
  @BeforeEach
  void makeReplica() throws Exception {
    history = new SqliteHistory(directory, 1024);
    Random random = new Random(11);
    for (int index = 0; index < 5; index++) {
      if (index > 0) {
        history.nextIndex();
      }
      for (int commit = 0; commit < 3; commit++) {
        history.commitRandom(random, 10);
      }
    }
    replica = TestReplica.of(history);
  }

  @AfterEach
  void close() throws Exception {
    history.close();
  }

  private String key(int index, int segment) {
    return TestReplica.key(index, segment == 0 ? 0 : history.commits(index).get(segment - 1));
  }

  private GenerationReport verify() throws Exception {
    return Verifier.verify(new ReplicaReader("test", replica.store), TestReplica.GENERATION, 4);
  }

  private void flip(String key) {
    byte[] bytes = requireNonNull(replica.store.objects.get(key), key).clone();
    bytes[bytes.length / 2] ^= 4;
    replica.store.objects.put(key, bytes);
  }

  private void addSnapshot(int index) {
    replica.snapshot(index, history.base(index));
  }

  @Test
  void aSoundGenerationHasOneStretchAndNoDamage() throws Exception {
    addSnapshot(3);
    GenerationReport report = verify();
    assertThat(report.damages()).isEmpty();
    assertThat(report.snapshots()).isEqualTo(2);
    assertThat(report.segments()).isEqualTo(15);
    assertThat(report.stretches()).hasSize(1);
    assertThat(report.stretches().get(0).end().index()).isEqualTo(4);
  }

  @Test
  void everyDamageIsNamedWithItsObject() throws Exception {
    flip(key(1, 1));
    flip(key(3, 0));
    assertThat(verify().damages())
        .satisfiesExactly(
            first -> assertThat(first).contains(key(1, 1)),
            second -> assertThat(second).contains(key(3, 0)));
  }

  @Test
  void aStretchEndsBeforeADamageAndBeginsAgainWithTheNextSnapshot() throws Exception {
    addSnapshot(3);
    flip(key(1, 1));
    assertThat(verify().stretches())
        .extracting(stretch -> stretch.end().index())
        .containsExactly(1, 4);
  }

  @Test
  void aMissingIndexIsNamedAndWhatFollowsIsVerified() throws Exception {
    for (int segment = 0; segment < 3; segment++) {
      replica.store.objects.remove(key(2, segment));
    }
    flip(key(4, 2));
    assertThat(verify().damages())
        .satisfiesExactly(
            first -> assertThat(first).contains("no segment of index 00000002"),
            second -> assertThat(second).contains(key(4, 2)));
  }

  @Test
  void aMissingFirstSegmentIsNamed() throws Exception {
    replica.store.objects.remove(key(2, 0));
    assertThat(verify().damages())
        .singleElement()
        .asString()
        .contains(key(2, 1), "the segments before it are missing");
  }

  @Test
  void aMissingMiddleSegmentIsNamed() throws Exception {
    replica.store.objects.remove(key(2, 1));
    assertThat(verify().damages()).singleElement().asString().contains("is missing", key(2, 2));
  }

  @Test
  void aDamagedSnapshotBeginsNoStretch() throws Exception {
    addSnapshot(2);
    flip(SNAPSHOT);
    GenerationReport report = verify();
    assertThat(report.damages()).singleElement().asString().contains(SNAPSHOT);
    assertThat(report.stretches()).hasSize(1);
  }

  @Test
  void withoutASnapshotSegmentsAreVerifiedAllTheSame() throws Exception {
    replica.store.objects.remove(SNAPSHOT);
    flip(key(2, 1));
    GenerationReport report = verify();
    assertThat(report.damages()).singleElement().asString().contains(key(2, 1));
    assertThat(report.stretches()).isEmpty();
  }

  @Test
  void onlyAReplicaWithNotesIsProved() throws Exception {
    assertThat(verify().proved()).isFalse();
    replica = TestReplica.withNotes(history);
    assertThat(verify().proved()).isTrue();
  }

  @Test
  void aMissingLastSegmentIsNamedWhereNotesTellOfIt() throws Exception {
    replica = TestReplica.withNotes(history);
    replica.store.objects.remove(key(2, 2));
    GenerationReport report = verify();
    assertThat(report.damages())
        .singleElement()
        .asString()
        .contains("index 00000002 ends at offset", "its last segments are missing");
    assertThat(report.stretches().get(0).end().index()).isEqualTo(2);
  }

  @Test
  void theMissingEndOfTheLastIndexIsNotTold() throws Exception {
    replica = TestReplica.withNotes(history);
    int last = history.indexes() - 1;
    replica.store.objects.remove(key(last, history.commits(last).size() - 1));

    assertThat(verify().damages()).isEmpty();
  }

  @Test
  void everySingleFlippedObjectIsFound() throws Exception {
    for (String key : List.copyOf(replica.store.objects.keySet())) {
      byte[] sound = requireNonNull(replica.store.objects.get(key));
      flip(key);
      assertThat(verify().damages()).as(key).singleElement().asString().contains(key);
      replica.store.objects.put(key, sound);
    }
    assertThat(verify().damages()).isEmpty();
  }

  @Test
  void aStretchLastsFromItsSnapshotToItsLastSegment() throws Exception {
    Stretch stretch = verify().stretches().get(0);
    assertThat(stretch.from()).isBeforeOrEqualTo(stretch.to());
  }
}
