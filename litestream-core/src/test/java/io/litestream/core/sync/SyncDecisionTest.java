package io.litestream.core.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.sync.SyncDecision.Continue;
import io.litestream.core.sync.SyncDecision.Facts;
import io.litestream.core.sync.SyncDecision.NewGeneration;
import io.litestream.core.sync.SyncDecision.NextIndex;
import io.litestream.core.sync.SyncDecision.OldTail;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.sync.SyncDecision.Shadow;
import io.litestream.core.sync.SyncDecision.Wait;
import io.litestream.core.wal.WalHeader;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SyncDecisionTest {

  private static final WalHeader SHADOW = header(7);
  private static final WalHeader NEXT = header(8);
  private static final WalHeader AFTER_NEXT = header(9);
  private static final long LENGTH = 32 + 3 * 4120;

  private static WalHeader header(int salt1) {
    return new WalHeader(ByteOrder.LITTLE_ENDIAN, 4096, 0, salt1, 1234, 5678);
  }

  private static Facts facts(
      boolean watched, WalHeader wal, long walLength, boolean lastAgrees, OldTail tail) {
    return new Facts(
        Shadow.PRESENT,
        SHADOW,
        LENGTH,
        false,
        watched,
        wal,
        walLength,
        SHADOW.equals(wal),
        lastAgrees,
        tail);
  }

  private static Facts withoutShadow(Shadow shadow) {
    return new Facts(shadow, null, 0, false, false, NEXT, LENGTH, false, false, OldTail.UNKNOWN);
  }

  private static Facts emptyWal(boolean watched) {
    return new Facts(
        Shadow.PRESENT,
        SHADOW,
        LENGTH,
        false,
        watched,
        null,
        0,
        false,
        false,
        OldTail.NOT_EXAMINED);
  }

  static Stream<Arguments> cases() {
    OldTail none = OldTail.NOT_EXAMINED;
    Facts lastIndex =
        new Facts(Shadow.PRESENT, SHADOW, LENGTH, true, true, NEXT, LENGTH, false, false, none);
    return Stream.of(
        Arguments.of(
            "no generation",
            withoutShadow(Shadow.NO_GENERATION),
            new NewGeneration(Reason.NO_GENERATION)),
        Arguments.of(
            "no shadow file", withoutShadow(Shadow.NONE), new NewGeneration(Reason.NO_SHADOW)),
        Arguments.of(
            "shadow file without a header",
            withoutShadow(Shadow.SHORT),
            new NewGeneration(Reason.SHORT_SHADOW)),
        Arguments.of(
            "same header, last frame there",
            facts(false, SHADOW, LENGTH, true, none),
            new Continue()),
        Arguments.of(
            "same header, last frame another",
            facts(false, SHADOW, LENGTH, false, none),
            new NewGeneration(Reason.WAL_OVERWRITTEN)),
        Arguments.of(
            "same header, WAL cut",
            facts(false, SHADOW, LENGTH - 4120, false, none),
            new NewGeneration(Reason.WAL_TRUNCATED)),
        Arguments.of(
            "restarted once under the pin", facts(true, NEXT, 4152, false, none), new NextIndex()),
        Arguments.of(
            "restarted twice under the pin",
            facts(true, AFTER_NEXT, 4152, false, none),
            new NewGeneration(Reason.WAL_OVERWRITTEN)),
        Arguments.of(
            "restarted while away, old frames known",
            facts(false, NEXT, LENGTH, false, OldTail.COPIED),
            new NextIndex()),
        Arguments.of(
            "restarted while away, old frames unknown",
            facts(false, NEXT, LENGTH, false, OldTail.UNKNOWN),
            new NewGeneration(Reason.WAL_OVERWRITTEN)),
        Arguments.of(
            "restarted while away, header only",
            facts(false, NEXT, 32, false, OldTail.UNKNOWN),
            new NewGeneration(Reason.HEADER_MISMATCH)),
        Arguments.of("empty WAL under the pin", emptyWal(true), new Wait()),
        Arguments.of(
            "empty WAL while away", emptyWal(false), new NewGeneration(Reason.WAL_TRUNCATED)),
        Arguments.of("no index left", lastIndex, new NewGeneration(Reason.MAX_INDEX)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void decides(String name, Facts facts, SyncDecision expected) {
    assertThat(SyncDecision.decide(facts)).as(name).isEqualTo(expected);
  }
}
