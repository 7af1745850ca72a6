package io.litestream.core.retention;

import io.litestream.spi.DeleteReport.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What became of the objects that were to be deleted.
 *
 * @param snapshots how many snapshots are gone
 * @param segments how many segments are gone
 * @param bytes that those held, compressed
 * @param failed each key that is still there, or of which it is not known; complete
 * @param finished whether everything was tried; it is not after a page of which nothing could be
 *     deleted
 */
public record DeleteResult(
    int snapshots, int segments, long bytes, List<Failure> failed, boolean finished) {

  /** Nothing was to be deleted. */
  public static final DeleteResult NOTHING = new DeleteResult(0, 0, 0, List.of(), true);

  /** How many keys stand for all of them in messages. */
  private static final int SAMPLES = 2;

  public DeleteResult {
    failed = List.copyOf(failed);
  }

  /** How many deletes were tried. */
  public int attempted() {
    return deleted() + failed.size();
  }

  /** How many objects are gone. */
  public int deleted() {
    return snapshots + segments;
  }

  /** The store's codes, with the number of keys that it refused with each. */
  public Map<String, Integer> codes() {
    return codes(failed);
  }

  /** The codes of any failures, with the number of each. */
  public static Map<String, Integer> codes(Collection<Failure> failed) {
    Map<String, Integer> codes = new TreeMap<>();
    for (Failure failure : failed) {
      codes.merge(failure.code().isEmpty() ? "unknown" : failure.code(), 1, Integer::sum);
    }
    return codes;
  }

  /** The first of the keys that failed. */
  public List<String> samples() {
    return failed.stream().limit(SAMPLES).map(Failure::key).toList();
  }

  /**
   * One line: how many of how many, codes with counts, two keys, the store's words, and what to
   * look at.
   *
   * @param permission what is usually missing; empty if that is not known
   */
  public String describeFailures(String permission) {
    StringBuilder text =
        new StringBuilder("delete failed for ")
            .append(failed.size())
            .append(" of ")
            .append(attempted())
            .append(" objects: ")
            .append(
                codes().entrySet().stream()
                    .map(code -> code.getKey() + " (" + code.getValue() + ")")
                    .collect(Collectors.joining(", ")))
            .append("; such as ")
            .append(String.join(", ", samples()));
    failed.stream()
        .map(Failure::message)
        .filter(message -> !message.isBlank())
        .findFirst()
        .ifPresent(message -> text.append("; the store says: ").append(message));
    if (!permission.isEmpty()) {
      text.append("; the permission that is usually missing: ").append(permission);
    }
    return text.toString().replaceAll("\\s*\\R\\s*", " ");
  }

  DeleteResult unfinished() {
    return new DeleteResult(snapshots, segments, bytes, failed, false);
  }

  /** This result and one that followed it. */
  DeleteResult and(DeleteResult next) {
    List<Failure> all = new ArrayList<>(failed);
    all.addAll(next.failed);
    return new DeleteResult(
        snapshots + next.snapshots,
        segments + next.segments,
        bytes + next.bytes,
        all,
        next.finished);
  }
}
