package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.sync.DatabaseSync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SnapshotHoldsTest {

  private static final Position COVERED = new Position(Generation.of(1), 0, 32);

  @TempDir Path directory;
  private DatabaseSync sync;

  @BeforeEach
  void open() throws IOException {
    Path database = Files.createFile(directory.resolve("app.db"));
    sync = DatabaseSync.open(database, directory.resolve(".meta"), Duration.ofSeconds(1), () -> 1L);
  }

  @AfterEach
  void close() throws IOException {
    sync.close();
  }

  private void grant(SnapshotHolds holds) {
    holds.grant(sync, COVERED, () -> true);
  }

  @Test
  void aHoldIsGrantedByAStepAndLastsUntilItIsClosed() throws Exception {
    SnapshotHolds[] self = new SnapshotHolds[1];
    SnapshotHolds holds = new SnapshotHolds(() -> grant(self[0]));
    self[0] = holds;
    try (SnapshotHold hold = holds.await(Duration.ZERO)) {
      assertThat(hold.covered()).isEqualTo(COVERED);
      assertThat(holds.isHeld()).isTrue();
    }
    assertThat(holds.isHeld()).isFalse();
  }

  @Test
  void aRefusalIsToldToWhoeverWaits() {
    SnapshotHolds[] self = new SnapshotHolds[1];
    SnapshotHolds holds = new SnapshotHolds(() -> self[0].refuse("the disk is full"));
    self[0] = holds;
    assertThatThrownBy(() -> holds.await(Duration.ofSeconds(20)))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is full");
    assertThat(holds.isHeld()).isFalse();
  }

  @Test
  void whatIsGrantedAfterTheWaitHoldsNothing() {
    SnapshotHolds holds = new SnapshotHolds(() -> {});
    assertThatThrownBy(() -> holds.await(Duration.ZERO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in time");
    grant(holds);
    assertThat(holds.isHeld()).isFalse();
  }

  @Test
  void whatIsGrantedAfterAnInterruptHoldsNothing() {
    SnapshotHolds holds = new SnapshotHolds(() -> {});
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> holds.await(Duration.ofSeconds(20)))
        .isInstanceOf(InterruptedException.class);
    grant(holds);
    assertThat(holds.isHeld()).isFalse();
  }

  @Test
  void whatIsGrantedJustAsTheWaitEndsIsLetGo() throws Exception {
    SnapshotHolds holds = new SnapshotHolds(() -> {});
    AtomicBoolean stop = new AtomicBoolean();
    Thread steps =
        new Thread(
            () -> {
              while (!stop.get()) {
                grant(holds);
              }
            });
    steps.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        try {
          holds.await(Duration.ofNanos(i % 5_000)).close();
        } catch (IOException tooLate) {
          assertThat(tooLate).hasMessageContaining("in time");
        }
      }
    } finally {
      stop.set(true);
      steps.join();
    }
    assertThat(holds.isHeld()).isFalse();
  }
}
