package io.litestream.replica.azure;

import com.azure.core.http.HttpPipeline;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.BlobServiceVersion;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/** A path in a container as a store. */
final class AzureStore implements ReplicaStore {

  static final BlobServiceVersion SERVICE_VERSION = BlobServiceVersion.V2026_02_06;

  private final AzureSettings settings;
  private final Deadlines deadlines;
  private final BlobNames names;
  private final AzureErrors errors;
  private final ObservingPolicy observing;
  private final AzurePipeline pipeline;
  private final BlobContainerClient container;

  private AzureStore(AzureSettings settings, Deadlines deadlines, RequestObserver observer) {
    this.settings = settings;
    this.deadlines = deadlines;
    this.names = new BlobNames(settings.path());
    this.errors = new AzureErrors(settings.container());
    this.observing = new ObservingPolicy(observer);
    this.pipeline = new AzurePipeline(settings.credential(), deadlines, observing);
    this.container =
        new BlobContainerClientBuilder()
            .endpoint(settings.endpoint())
            .containerName(settings.container())
            .serviceVersion(SERVICE_VERSION)
            .pipeline(pipeline.pipeline())
            .buildClient();
  }

  static AzureStore open(AzureSettings settings, Deadlines deadlines, RequestObserver observer) {
    return new AzureStore(settings, deadlines, observer);
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    requireUsable("list", request.prefix());
    try {
      return new AzureListing(container, names, request).page();
    } catch (RuntimeException e) {
      throw errors.translate("list", request.prefix(), e);
    }
  }

  @Override
  public InputStream open(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireUsable("open", key);
    return AzureReading.begin(this, key);
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireUsable("write", key);
    return new AzureWriting(this, key);
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(this::createIfAbsent);
  }

  private boolean createIfAbsent(String key, byte[] content) throws ReplicaException {
    ObjectKeys.requireValid(key);
    requireUsable("commit", key);
    var options =
        new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))
            .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*"));
    try {
      blob(key).uploadWithResponse(options, null, Context.NONE);
      return true;
    } catch (BlobStorageException e) {
      if (BlobErrorCode.BLOB_ALREADY_EXISTS.equals(e.getErrorCode())) {
        return false;
      }
      throw errors.translate("commit", key, e);
    } catch (RuntimeException e) {
      throw errors.translate("commit", key, e);
    }
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    keys.forEach(ObjectKeys::requireValid);
    requireUsable("delete", "");
    return new AzureDeletion(this, container).delete(keys);
  }

  void requireUsable(String operation, String key) throws ReplicaException {
    if (pipeline.isClosed()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, null, "the store has been closed", null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "Interrupted", "the thread was interrupted", null);
    }
  }

  BlockBlobClient blob(String key) {
    return container.getBlobClient(names.name(key)).getBlockBlobClient();
  }

  String url(String key) {
    return container.getBlobContainerUrl() + "/" + BlobNames.encoded(names.name(key));
  }

  HttpPipeline pipeline() {
    return pipeline.pipeline();
  }

  AzureErrors errors() {
    return errors;
  }

  ObservingPolicy observing() {
    return observing;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  @Override
  public void close() {
    pipeline.close();
  }

  @Override
  public String toString() {
    return "AzureStore["
        + settings.endpoint()
        + "/"
        + settings.container()
        + "/"
        + settings.path()
        + "]";
  }
}
