package io.litestream.replica.s3;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Deletes objects in batches. The store answers "OK" to a batch of which it deleted nothing; what
 * became of each key stands in the answer's body. The store is asked to name those too that it
 * deleted, so that a key that it says nothing of does not pass for one of them.
 */
final class S3Deletion {

  private static final int BATCH = 1_000;

  private final S3Store store;
  private final List<String> keys;
  private final List<String> deleted = new ArrayList<>();
  private final List<Failure> failed = new ArrayList<>();

  S3Deletion(S3Store store, List<String> keys) {
    this.store = store;
    this.keys = keys;
  }

  DeleteReport run() {
    for (int i = 0; i < keys.size(); i += BATCH) {
      List<String> batch = keys.subList(i, Math.min(keys.size(), i + BATCH));
      try {
        delete(batch);
      } catch (ReplicaException e) {
        // Where one batch had no answer the next one would wait for its deadline too.
        boolean isAnswered = e.getCause() instanceof S3Exception;
        List<String> lost = isAnswered ? batch : keys.subList(i, keys.size());
        lost.forEach(key -> failed.add(failure(key, e)));
        if (!isAnswered) {
          break;
        }
      }
    }
    return new DeleteReport(deleted, failed);
  }

  private static Failure failure(String key, ReplicaException e) {
    return new Failure(key, e.code().orElse("Unknown"), String.valueOf(e.getMessage()));
  }

  private void delete(List<String> batch) throws ReplicaException {
    Delete delete =
        Delete.builder()
            .quiet(false)
            .objects(
                batch.stream()
                    .map(key -> ObjectIdentifier.builder().key(store.place().name(key)).build())
                    .toList())
            .build();
    DeleteObjectsResponse answer =
        store.call(
            "delete",
            "",
            s3 ->
                s3.deleteObjects(request -> request.bucket(store.place().bucket()).delete(delete)));
    Set<String> gone = new HashSet<>();
    answer.deleted().stream().map(DeletedObject::key).forEach(gone::add);
    Map<String, S3Error> refused = new LinkedHashMap<>();
    answer.errors().forEach(error -> refused.put(error.key(), error));
    for (String key : batch) {
      String name = store.place().name(key);
      S3Error error = refused.get(name);
      if (error != null && !"NoSuchKey".equals(error.code())) {
        failed.add(
            new Failure(
                key,
                text(error.code(), "Unknown"),
                text(error.message(), "the store gives no reason")));
      } else if (error != null || gone.contains(name)) {
        deleted.add(key);
      } else {
        failed.add(
            new Failure(
                key, "NotReported", "the store's answer says neither that it is gone nor why not"));
      }
    }
  }

  private static String text(@Nullable String text, String otherwise) {
    return text == null || text.isEmpty() ? otherwise : text;
  }
}
