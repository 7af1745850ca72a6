package io.litestream.core.sync;

import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sqlite.LiveDatabase;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings the shadow WAL of one database up to its WAL. Used by one thread at a time. */
final class WalSync {

  /** Two buffers of a frame of 64 KiB would do; larger ones save calls. */
  private static final int BUFFER_BYTES = 1 << 20;

  /** What is copied between two looks at whether that was enough. */
  static final long ROUND_BYTES = BUFFER_BYTES * 8L;

  private static final ThreadLocal<byte[]> BUFFER =
      ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

  private final LiveDatabase database;
  private final ShadowWal shadow;
  private final PinState pin;
  private final WalComparison comparison;
  private boolean walMade;
  private long copiedBytes;

  WalSync(LiveDatabase database, ShadowWal shadow, PinState pin) {
    this.database = database;
    this.shadow = shadow;
    this.pin = pin;
    this.comparison = new WalComparison(shadow, pin);
  }

  /** See {@link DatabaseSync#sync}. */
  SyncOutcome sync(long limit) throws IOException {
    if (!database.isPinned()) {
      database.repin();
    }
    try (WalFile wal = WalFile.of(database.path())) {
      byte[] headerBytes = new byte[WalHeader.SIZE];
      int got = wal.read(headerBytes, 0, WalHeader.SIZE, 0);
      WalHeader header = got < WalHeader.SIZE ? null : WalHeader.parse(headerBytes).orElse(null);
      SyncDecision decision = comparison.decide(wal, headerBytes, header, BUFFER.get());
      if (decision instanceof SyncDecision.Wait) {
        return new SyncOutcome(0, 0, false);
      }
      if (header == null) {
        // A generation begins with a WAL: see to it that there is one, and come again.
        if (walMade) {
          throw new IOException("no WAL appears beside " + database.path());
        }
        walMade = database.bumpSequence(false, Duration.ZERO);
        return new SyncOutcome(0, 0, walMade);
      }
      walMade = false;
      if (decision instanceof SyncDecision.NewGeneration begin) {
        shadow.beginGeneration(begin.reason(), headerBytes, header);
      } else if (decision instanceof SyncDecision.NextIndex) {
        shadow.beginNextIndex(headerBytes, header);
      }
      SyncOutcome outcome = new WalCopy(BUFFER.get()).run(wal, shadow.requireFile(), limit);
      copiedBytes += outcome.copied();
      if (outcome.copied() > 0) {
        pin.walWentOn();
      }
      if (!outcome.more()) {
        pin.becameLevel();
      }
      return outcome;
    }
  }

  /** See {@link DatabaseSync#syncToPresentEnd}. */
  void syncToPresentEnd() throws IOException {
    long target;
    try (WalFile wal = WalFile.of(database.path())) {
      target = wal.size();
    }
    while (sync(ROUND_BYTES).more() && isBehind(shadow.file(), target)) {
      // on to the next round
    }
    if (shadow.file() != null) {
      pin.becameLevel();
    }
  }

  private static boolean isBehind(@Nullable ShadowFile file, long target) {
    return file == null || file.length() < target;
  }

  /** Bytes of frames that were copied so far. */
  long copiedBytes() {
    return copiedBytes;
  }
}
