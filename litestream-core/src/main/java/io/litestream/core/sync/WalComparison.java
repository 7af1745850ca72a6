package io.litestream.core.sync;

import io.litestream.core.position.Position;
import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sync.SyncDecision.Facts;
import io.litestream.core.sync.SyncDecision.OldTail;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Compares a WAL with the shadow WAL, for {@link SyncDecision} to decide what a sync is to do. */
final class WalComparison {

  private final ShadowWal shadow;
  private final PinState pin;

  WalComparison(ShadowWal shadow, PinState pin) {
    this.shadow = shadow;
    this.pin = pin;
  }

  /**
   * Decides. If the WAL was restarted while nobody watched, what was missed of the old one is
   * copied on the way, as far as it is still there.
   *
   * @param headerBytes what the WAL begins with
   * @param header the same, parsed; null if that is no valid header
   * @param buffer see {@link WalCopy}; used during this call only
   */
  SyncDecision decide(WalFile wal, byte[] headerBytes, @Nullable WalHeader header, byte[] buffer)
      throws IOException {
    Reason forced = shadow.forced();
    if (forced != null) {
      return new SyncDecision.NewGeneration(forced);
    }
    ShadowFile file = shadow.file();
    if (file == null) {
      return SyncDecision.decide(
          new Facts(
              shadow.state(),
              null,
              0,
              false,
              false,
              header,
              0,
              false,
              false,
              OldTail.NOT_EXAMINED));
    }
    byte[] shadowBytes = new byte[WalHeader.SIZE];
    file.read(shadowBytes, WalHeader.SIZE, 0);
    boolean headersEqual = Arrays.equals(shadowBytes, headerBytes);
    OldTail oldTail = OldTail.NOT_EXAMINED;
    if (header != null && !headersEqual && !pin.isWatched() && header.follows(file.header())) {
      oldTail = new RestartedWal(buffer).examine(wal, header, file);
      byte[] now = new byte[WalHeader.SIZE];
      wal.read(now, 0, WalHeader.SIZE, 0);
      if (!Arrays.equals(now, headerBytes)) {
        oldTail = OldTail.UNKNOWN; // restarted once more meanwhile
      }
    }
    return SyncDecision.decide(
        new Facts(
            shadow.state(),
            file.header(),
            file.length(),
            file.index() == Position.MAX_INDEX,
            pin.isWatched(),
            header,
            wal.size(),
            headersEqual,
            lastFrameAgrees(wal, file),
            oldTail));
  }

  /** Compares frame headers: their checksum covers everything before. */
  private static boolean lastFrameAgrees(WalFile wal, ShadowFile file) throws IOException {
    if (file.length() <= WalHeader.SIZE) {
      return true;
    }
    long offset = file.length() - file.header().frameSize();
    byte[] here = new byte[WalHeader.FRAME_HEADER_SIZE];
    byte[] there = new byte[WalHeader.FRAME_HEADER_SIZE];
    return file.read(here, here.length, offset) == here.length
        && wal.read(there, 0, there.length, offset) == there.length
        && Arrays.equals(here, there);
  }
}
