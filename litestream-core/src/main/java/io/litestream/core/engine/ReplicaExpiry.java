package io.litestream.core.engine;

import io.litestream.core.position.Generation;
import io.litestream.core.retention.DeleteResult;
import io.litestream.core.retention.RetentionPass;
import io.litestream.spi.DeleteReport.Failure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Deletes from one replica what need not be kept, pass after pass.
 *
 * <p>What the store refuses to delete is tried again by its keys, without a listing, after pauses
 * that grow; passes leave it out. While the store refuses everything, passes keep to these pauses
 * too, so that a standing denial does not add to the bill. Used by one thread at a time.
 */
final class ReplicaExpiry {

  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

  private final RetentionPass pass;
  private final Duration interval;
  private final String permission;
  private final Function<Level, LoggingEventBuilder> log;
  private final BiConsumer<String, Integer> onRefused;
  private final Backoff backoff;
  private final Map<String, Failure> refused = new LinkedHashMap<>();
  private Set<String> announced = Set.of();
  private boolean refusesAll;
  private long passAt = System.nanoTime();
  private long retryAt;
  private @Nullable Instant lastPass;
  private Optional<String> error = Optional.empty();

  /**
   * @param interval from one pass to the next
   * @param permission what is usually missing when a delete is refused; empty if not known
   * @param log begins a line that names database and replica
   * @param onRefused is told how many deletes a store refused with a code
   */
  ReplicaExpiry(
      RetentionPass pass,
      Duration interval,
      String permission,
      Function<Level, LoggingEventBuilder> log,
      BiConsumer<String, Integer> onRefused) {
    this.pass = pass;
    this.interval = interval;
    this.permission = permission;
    this.log = log;
    this.onRefused = onRefused;
    this.backoff =
        new Backoff(
            interval.compareTo(FIRST_PAUSE) < 0 ? interval : FIRST_PAUSE,
            LONGEST_PAUSE,
            () -> ThreadLocalRandom.current().nextDouble());
  }

  /** When it was last looked, with success, for what may go. */
  Optional<Instant> lastPass() {
    return Optional.ofNullable(lastPass);
  }

  /** What could not be deleted and why, if there is anything. */
  Optional<String> error() {
    return error;
  }

  /** How many objects were refused, by the store's codes. */
  Map<String, Integer> refusedCodes() {
    return DeleteResult.codes(refused.values());
  }

  int refusedObjects() {
    return refused.size();
  }

  /**
   * Does what is due.
   *
   * @return when to look again
   */
  Duration run(Generation current, Instant now) throws IOException {
    boolean again = !refused.isEmpty() && retryAt - System.nanoTime() <= 0;
    if (again) {
      retry();
    }
    boolean due = refusesAll ? again : passAt - System.nanoTime() <= 0;
    if (due) {
      pass(current, now);
      passAt = System.nanoTime() + interval.toNanos();
    }
    long next = refusesAll ? retryAt : passAt;
    if (!refused.isEmpty() && retryAt - next < 0) {
      next = retryAt;
    }
    return Duration.ofNanos(Math.max(0, next - System.nanoTime()));
  }

  private void pass(Generation current, Instant now) throws IOException {
    if (refused.size() >= RetentionPass.MOST_FAILURES) {
      return; // more could not be remembered
    }
    DeleteResult result = pass.run(Optional.of(current), now, Set.copyOf(refused.keySet()));
    if (result.attempted() > 0) {
      refusesAll = result.deleted() == 0 && !result.finished();
    }
    report(result);
    lastPass = now;
  }

  private void retry() throws IOException {
    DeleteResult result = pass.retry(refused.values());
    refused.clear();
    report(result);
    if (result.deleted() > 0) {
      refusesAll = false;
      passAt = System.nanoTime(); // for what has piled up meanwhile
    }
  }

  private void report(DeleteResult result) {
    result.failed().forEach(failure -> refused.put(failure.key(), failure));
    if (!result.failed().isEmpty()) {
      refusal(result);
      return;
    }
    if (result.deleted() > 0) {
      log.apply(Level.INFO)
          .addKeyValue("snapshots", result.snapshots())
          .addKeyValue("segments", result.segments())
          .addKeyValue("sz", result.bytes())
          .log("deleted what is older than the retention");
    }
    if (refused.isEmpty() && error.isPresent()) {
      error = Optional.empty();
      announced = Set.of();
      backoff.reset();
      log.apply(Level.INFO).log("deletes work again");
    }
  }

  private void refusal(DeleteResult result) {
    Duration pause = backoff.next();
    retryAt = System.nanoTime() + pause.toNanos();
    error = Optional.of(result.describeFailures(permission));
    Map<String, Integer> codes = result.codes();
    // Once per change of state: a bucket that forbids deletes does not fill the log.
    boolean news = !announced.containsAll(codes.keySet());
    announced = Set.copyOf(codes.keySet());
    log.apply(news ? Level.ERROR : Level.DEBUG)
        .addKeyValue("operation", "delete")
        .addKeyValue("failed", result.failed().size())
        .addKeyValue("of", result.attempted())
        .addKeyValue(
            "codes",
            codes.entrySet().stream()
                .map(code -> code.getKey() + "=" + code.getValue())
                .collect(Collectors.joining(",")))
        .addKeyValue("samples", String.join(",", result.samples()))
        .addKeyValue("usually-missing", permission)
        .addKeyValue("retry-in", pause)
        .log("delete failed: these objects are still there");
    codes.forEach(onRefused);
  }
}
