package io.litestream.replica.gcs;

import com.google.api.client.googleapis.batch.BatchRequest;
import com.google.api.client.googleapis.batch.json.JsonBatchCallback;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One delete, in batches, each answered with an outcome for every object. */
final class GcsDeletion {

  /** The most that the service takes in one batch. */
  private static final int BATCH = 100;

  private final GcsStore store;
  private final List<String> deleted = new ArrayList<>();
  private final List<Failure> failed = new ArrayList<>();

  GcsDeletion(GcsStore store) {
    this.store = store;
  }

  DeleteReport delete(Collection<String> keys) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
    for (int start = 0; start < distinct.size(); start += BATCH) {
      List<String> batch = distinct.subList(start, Math.min(start + BATCH, distinct.size()));
      Map<String, Optional<Failure>> outcomes = new HashMap<>();
      Failure rest = new Failure("", "NoAnswer", "the store's answer to the batch leaves it out");
      try {
        store.requireUsable("delete", batch.get(0));
        send(batch, outcomes);
      } catch (ReplicaException e) {
        rest = store.errors().failure("", e);
      } catch (IOException | RuntimeException e) {
        rest = store.errors().failure("", e);
      }
      report(batch, outcomes, rest);
    }
    return new DeleteReport(deleted, failed);
  }

  private void report(List<String> batch, Map<String, Optional<Failure>> outcomes, Failure rest) {
    for (String key : batch) {
      Optional<Failure> failure =
          outcomes.getOrDefault(key, Optional.of(new Failure(key, rest.code(), rest.message())));
      failure.ifPresentOrElse(failed::add, () -> deleted.add(key));
    }
  }

  private void send(List<String> keys, Map<String, Optional<Failure>> outcomes) throws IOException {
    BatchRequest batch = store.client().api().batch(store.client().initializer());
    for (String key : keys) {
      HttpRequest request =
          store.client().api().objects().delete(store.bucket(), store.name(key)).buildHttpRequest();
      // What is refused is reported: otherwise each object would be waited for by itself.
      request.setNumberOfRetries(0);
      request.setUnsuccessfulResponseHandler(null);
      batch.queue(request, Void.class, GoogleJsonErrorContainer.class, new Outcome(key, outcomes));
    }
    batch.execute();
  }

  /** The answer to a batch says 200 even if every single object was refused. */
  private final class Outcome extends JsonBatchCallback<Void> {

    private final String key;
    private final Map<String, Optional<Failure>> outcomes;

    Outcome(String key, Map<String, Optional<Failure>> outcomes) {
      this.key = key;
      this.outcomes = outcomes;
    }

    @Override
    public void onSuccess(Void nothing, HttpHeaders headers) {
      outcomes.put(key, Optional.empty());
    }

    @Override
    public void onFailure(GoogleJsonError error, HttpHeaders headers) {
      outcomes.put(
          key,
          GcsErrors.isAbsence(error)
              ? Optional.empty()
              : Optional.of(store.errors().failure(key, error)));
    }
  }
}
