package io.litestream.core.sync;

import io.litestream.core.position.Generation;
import io.litestream.core.shadow.MetaDirectory;
import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.sync.SyncDecision.Shadow;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shadow WAL of one database: the current generation, and the shadow file that grows. Begins
 * generations and indexes; what is to begin, and when, is decided by others. Used by one thread at
 * a time.
 */
final class ShadowWal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ShadowWal.class);

  private final Path database;
  private final MetaDirectory meta;
  private final LongSupplier random;
  private final PinState pin;
  private Shadow state;
  private @Nullable Generation generation;
  private @Nullable ShadowFile file;
  private int firstIndex;
  private @Nullable Reason forced;
  private @Nullable Reason generationReason;

  /**
   * Opens what is there.
   *
   * @param database as the log names it
   * @param random names generations
   * @param pin is told when another shadow file begins
   */
  ShadowWal(Path database, MetaDirectory meta, LongSupplier random, PinState pin)
      throws IOException {
    this.database = database;
    this.meta = meta;
    this.random = random;
    this.pin = pin;
    Optional<Generation> current = meta.generation();
    this.generation = current.orElse(null);
    if (current.isEmpty()) {
      this.state = Shadow.NO_GENERATION;
      return;
    }
    List<Integer> indexes = meta.indexes(current.get());
    if (indexes.isEmpty()) {
      this.state = Shadow.NONE;
      return;
    }
    this.firstIndex = indexes.get(0);
    Optional<ShadowFile> last = meta.openShadow(current.get(), indexes.get(indexes.size() - 1));
    this.file = last.orElse(null);
    this.state = last.isPresent() ? Shadow.PRESENT : Shadow.SHORT;
  }

  /** How the shadow WAL was found, or is by now. */
  Shadow state() {
    return state;
  }

  /** The file that grows; null if there is none to go on with. */
  @Nullable ShadowFile file() {
    return file;
  }

  ShadowFile requireFile() {
    if (file == null) {
      throw new IllegalStateException("no shadow file of " + database);
    }
    return file;
  }

  private Generation requireGeneration() {
    if (generation == null) {
      throw new IllegalStateException("no generation of " + database);
    }
    return generation;
  }

  /** Why a generation is to begin whatever is found; null if none is. */
  @Nullable Reason forced() {
    return forced;
  }

  /** Has a new generation begun with the next sync. */
  void abandonGeneration(Reason reason) {
    forced = reason;
  }

  /** Why the current generation began; empty if it is older than this object. */
  Optional<Reason> generationReason() {
    return Optional.ofNullable(generationReason);
  }

  /**
   * Begins a generation at its index 0.
   *
   * @param headerBytes the WAL's header, as it is
   * @param header the same, parsed
   */
  void beginGeneration(Reason reason, byte[] headerBytes, WalHeader header) throws IOException {
    Generation next = Generation.of(random.getAsLong());
    ShadowFile first = meta.beginGeneration(next, headerBytes, header);
    replaceFile(first);
    generation = next;
    firstIndex = 0;
    state = Shadow.PRESENT;
    forced = null;
    generationReason = reason;
    log.atInfo()
        .addKeyValue("db", database)
        .addKeyValue("generation", next)
        .addKeyValue("reason", reason.text())
        .log("sync: new generation");
  }

  /** Begins the next index of the current generation, see {@link #beginGeneration}. */
  void beginNextIndex(byte[] headerBytes, WalHeader header) throws IOException {
    ShadowFile last = requireFile();
    // Only the last file may be torn by a loss of power.
    last.force();
    replaceFile(meta.beginIndex(requireGeneration(), last.index() + 1, headerBytes, header));
  }

  private void replaceFile(ShadowFile next) throws IOException {
    ShadowFile previous = file;
    file = next;
    pin.walRestarted();
    if (previous != null) {
      previous.close();
    }
  }

  /** Removes shadow files of lower indexes, but for the one that grows. */
  void removeBelow(int index) throws IOException {
    Generation current = generation;
    if (current != null && file != null && index > firstIndex) {
      int bound = Math.min(index, file.index());
      meta.removeBelow(current, bound);
      firstIndex = Math.max(firstIndex, bound);
    }
  }

  /** What it holds; empty before the first sync, and until a forced generation has begun. */
  Optional<ShadowView> view() {
    if (generation == null || file == null || forced != null) {
      return Optional.empty();
    }
    return Optional.of(
        new ShadowView(
            generation, firstIndex, file.index(), file.length(), file.header().pageSize()));
  }

  /** Closes the file; there is none any more. */
  @Override
  public void close() throws IOException {
    ShadowFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }
}
