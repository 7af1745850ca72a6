package io.litestream.core.check;

import static io.litestream.core.check.StoreOperation.DELETE;
import static io.litestream.core.check.StoreOperation.LIST;
import static io.litestream.core.check.StoreOperation.READ;
import static io.litestream.core.check.StoreOperation.WRITE;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes, lists, reads and deletes one small object under a replica's path, and tells which of
 * these the store allows: five requests, up to eight where an earlier probe could not be deleted.
 *
 * <p>The object's key is always the same, so that where deleting is denied there is one left, and
 * not one for each check. It lies beside {@code generations/}, where no listing of a replica, ours
 * or the peer's, looks.
 */
public final class StoreProbe {

  /** The key of the probe. */
  public static final String KEY = "litestream-check";

  /** From here on the clocks differ enough to be mentioned; stores round to the second. */
  private static final Duration SKEW_NOTED = Duration.ofSeconds(2);

  /** From here on a restore to a point in time would be visibly wrong. */
  private static final Duration SKEW_WRONG = Duration.ofMinutes(1);

  /** Codes of deletes that may work the next time; all others are a refusal. */
  private static final Pattern PASSING =
      Pattern.compile("5\\d\\d|429|.*(internal|unavailable|slow|busy|timeout|throttl|backend).*");

  private final ReplicaStore store;
  private final String type;
  private final Clock clock;
  private final byte[] content =
      ("Written by 'litestream check' to see what is allowed; may be deleted. " + UUID.randomUUID())
          .getBytes(StandardCharsets.UTF_8);
  private final List<Finding> findings = new ArrayList<>();

  private Instant beforeWrite;
  private Instant afterWrite;

  /** The probe as the last listing has it: this one, or one that an earlier check left. */
  private @Nullable ObjectInfo listed;

  private StoreProbe(ReplicaStore store, String type, Clock clock) {
    this.store = store;
    this.type = type;
    this.clock = clock;
    this.beforeWrite = clock.instant();
    this.afterWrite = beforeWrite;
  }

  /**
   * Probes a store.
   *
   * @param type the replica's, for the names of permissions
   * @return findings about {@code write}, {@code list}, {@code read}, {@code delete} and, if it
   *     could be compared, {@code clock}
   */
  public static List<Finding> run(ReplicaStore store, String type, Clock clock) {
    return new StoreProbe(store, type, clock).run();
  }

  private interface Request {
    void send() throws IOException;
  }

  private List<Finding> run() {
    Optional<IOException> write = attempt(this::write);
    Optional<IOException> list = attempt(this::list);
    if (isDenied(write) && listed != null && attempt(this::delete).isEmpty()) {
      write = attempt(this::write);
      list = attempt(this::list);
    }
    boolean there = write.isEmpty() || listed != null;
    if (isDenied(write) && listed != null) {
      // Some stores take writing over an object for deleting it.
      add(
          WRITE,
          Verdict.NOTE,
          "cannot be told: a probe that an earlier check left may neither be deleted nor replaced;"
              + " delete "
              + KEY
              + " by hand and check again");
    } else {
      add(WRITE, write);
    }
    if (list.isEmpty() && write.isEmpty() && listed == null) {
      add(LIST, Verdict.WRONG, "the probe was written, and the store does not list it");
    } else {
      add(LIST, list);
    }
    @Nullable ObjectInfo seen = write.isEmpty() ? listed : null;
    if (there) {
      readAndDelete(write.isEmpty(), list.isEmpty());
    } else {
      add(READ, Verdict.NOTE, "not tried: there is nothing to read");
      add(DELETE, Verdict.NOTE, "not tried: there is nothing to delete");
    }
    if (seen != null) {
      compareClocks(seen.lastModified());
    }
    return List.copyOf(findings);
  }

  private void readAndDelete(boolean written, boolean listable) {
    byte[][] got = new byte[1][];
    Optional<IOException> read = attempt(() -> got[0] = read());
    if (read.isEmpty() && written && !Arrays.equals(got[0], content)) {
      add(
          READ,
          Verdict.WRONG,
          "the store gave something else than was written; does another check run meanwhile?");
    } else {
      add(READ, read);
    }
    Optional<IOException> delete = attempt(this::delete);
    if (delete.isPresent()) {
      add(DELETE, delete);
    } else if (listable && attempt(this::list).isEmpty() && listed != null) {
      add(DELETE, Verdict.WRONG, "the store says that it deleted the probe, and still lists it");
    } else {
      add(DELETE, delete);
    }
  }

  private static Optional<IOException> attempt(Request request) {
    try {
      request.send();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private void write() throws IOException {
    beforeWrite = clock.instant();
    try (ObjectWriter writer = store.create(KEY)) {
      writer.write(content);
      writer.commit();
    } finally {
      afterWrite = clock.instant();
    }
  }

  private void list() throws IOException {
    listed = null;
    ListPage page = store.list(ListRequest.below(KEY).atMost(1));
    for (ObjectInfo object : page.objects()) {
      if (object.key().equals(KEY)) {
        listed = object;
      }
    }
  }

  private byte[] read() throws IOException {
    try (InputStream in = store.open(KEY)) {
      return in.readNBytes(content.length + 1);
    }
  }

  private void delete() throws IOException {
    DeleteReport report = store.delete(List.of(KEY));
    for (DeleteReport.Failure failure : report.failed()) {
      Kind kind =
          PASSING.matcher(failure.code().toLowerCase(Locale.ROOT)).matches()
              ? Kind.UNAVAILABLE
              : Kind.DENIED;
      String message = failure.message().isEmpty() ? "refused" : failure.message();
      throw new ReplicaException(kind, "delete", KEY, failure.code(), message, null);
    }
  }

  private void compareClocks(Instant stored) {
    Duration skew = Duration.ZERO;
    if (stored.isBefore(beforeWrite)) {
      skew = Duration.between(stored, beforeWrite);
    } else if (stored.isAfter(afterWrite)) {
      skew = Duration.between(afterWrite, stored);
    }
    Verdict verdict =
        skew.compareTo(SKEW_WRONG) >= 0
            ? Verdict.CLOCK
            : skew.compareTo(SKEW_NOTED) >= 0 ? Verdict.NOTE : Verdict.OK;
    String direction = stored.isBefore(beforeWrite) ? "behind" : "ahead of";
    findings.add(
        Finding.of(
            "clock",
            verdict,
            verdict == Verdict.OK
                ? "the store's clock agrees with this machine's"
                : "the store's clock is "
                    + skew.toSeconds()
                    + " s "
                    + direction
                    + " this machine's; points in time of a restore are by the store's"));
  }

  private void add(StoreOperation operation, Verdict verdict, String text) {
    findings.add(Finding.of(operation.word(), verdict, text));
  }

  private void add(StoreOperation operation, Optional<IOException> failure) {
    if (failure.isEmpty()) {
      add(operation, Verdict.OK, "allowed");
      return;
    }
    Verdict verdict = verdict(failure.get());
    findings.add(
        new Finding(
            operation.word(),
            verdict,
            failure.get() instanceof ReplicaException e ? e.code() : Optional.empty(),
            verdict == Verdict.DENIED ? operation.permission(type) : Optional.empty(),
            String.valueOf(failure.get().getMessage())
                + (operation == DELETE && verdict == Verdict.DENIED
                    ? "; the probe stays, and the next check uses it again"
                    : "")));
  }

  private static boolean isDenied(Optional<IOException> failure) {
    return failure.isPresent() && verdict(failure.get()) == Verdict.DENIED;
  }

  private static Verdict verdict(IOException failure) {
    if (!(failure instanceof ReplicaException e)) {
      return Verdict.UNREACHABLE;
    }
    return switch (e.kind()) {
      case DENIED -> Verdict.DENIED;
      case THROTTLED, UNAVAILABLE -> Verdict.UNREACHABLE;
      case NOT_FOUND, CONFIGURATION -> Verdict.SETTINGS;
    };
  }
}
