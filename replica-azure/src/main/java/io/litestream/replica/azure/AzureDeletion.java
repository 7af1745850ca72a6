package io.litestream.replica.azure;

import com.azure.core.http.rest.Response;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.batch.BlobBatch;
import com.azure.storage.blob.batch.BlobBatchClient;
import com.azure.storage.blob.batch.BlobBatchClientBuilder;
import com.azure.storage.blob.models.BlobStorageException;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** One delete, in batches, each answered with an outcome for every blob. */
final class AzureDeletion {

  /** The most that the service takes in one batch. */
  private static final int BATCH = 256;

  private final AzureStore store;
  private final BlobBatchClient client;
  private final List<String> deleted = new ArrayList<>();
  private final List<Failure> failed = new ArrayList<>();

  AzureDeletion(AzureStore store, BlobContainerClient container) {
    this.store = store;
    // Of the container, not of the account: a signature may be for the container alone.
    this.client = new BlobBatchClientBuilder(container).buildClient();
  }

  DeleteReport delete(Collection<String> keys) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
    for (int start = 0; start < distinct.size(); start += BATCH) {
      List<String> batch = distinct.subList(start, Math.min(start + BATCH, distinct.size()));
      try {
        store.requireUsable("delete", batch.get(0));
        send(batch);
      } catch (ReplicaException | RuntimeException e) {
        // The whole batch, since none of its answers came.
        batch.forEach(key -> failed.add(store.errors().failure(key, e)));
      }
    }
    return new DeleteReport(deleted, failed);
  }

  private void send(List<String> keys) {
    BlobBatch batch = client.getBlobBatch();
    Map<String, Response<Void>> answers = new LinkedHashMap<>();
    for (String key : keys) {
      answers.put(key, batch.deleteBlob(store.url(key)));
    }
    client.submitBatchWithResponse(batch, false, null, Context.NONE);
    answers.forEach(this::judge);
  }

  /** The answer to a batch says 202 even if every single blob was refused. */
  private void judge(String key, Response<Void> answer) {
    try {
      int status = answer.getStatusCode();
      if (status == 202) {
        deleted.add(key);
      } else {
        failed.add(new Failure(key, "HTTP " + status, "the store did not say that it is deleted"));
      }
    } catch (BlobStorageException e) {
      if (AzureErrors.isAbsence(e.getStatusCode(), AzureErrors.code(e))) {
        deleted.add(key);
      } else {
        failed.add(store.errors().failure(key, e));
      }
    } catch (RuntimeException e) {
      failed.add(new Failure(key, "NoAnswer", "the store's answer to the batch leaves it out"));
    }
  }
}
