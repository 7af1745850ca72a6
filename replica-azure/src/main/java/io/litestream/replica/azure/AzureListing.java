package io.litestream.replica.azure;

import com.azure.core.http.rest.PagedIterable;
import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import com.azure.storage.blob.models.ListBlobsOptions;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing. It is one request, but where the service answers with an empty page and
 * says that there is more, which it does where its own partitions meet.
 */
final class AzureListing {

  private final BlobContainerClient container;
  private final BlobNames names;
  private final ListRequest request;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private @Nullable String last;

  /** A blob, or what several are rolled up into. */
  private record Found(String key, BlobItem item) {}

  AzureListing(BlobContainerClient container, BlobNames names, ListRequest request) {
    this.container = container;
    this.names = names;
    this.request = request;
  }

  ListPage page() {
    for (PagedResponse<BlobItem> page : pages().iterableByPage()) {
      List<Found> found = found(page);
      found.stream().limit(request.limit()).forEach(this::add);
      boolean more = found.size() > request.limit() || hasNext(page);
      if (last != null || !more) {
        return new ListPage(objects, prefixes, more ? Optional.ofNullable(last) : Optional.empty());
      }
    }
    return ListPage.EMPTY;
  }

  /** In order: the service has prefixes and blobs in one order, its library in one each. */
  private List<Found> found(PagedResponse<BlobItem> page) {
    return page.getValue().stream()
        .map(item -> new Found(names.key(item.getName()), item))
        .filter(each -> !each.key().isEmpty() && isAfter(each.key()))
        .sorted(Comparator.comparing(Found::key, ObjectKeys.ORDER))
        .toList();
  }

  private PagedIterable<BlobItem> pages() {
    var options =
        new ListBlobsOptions()
            .setPrefix(names.name(request.prefix()))
            .setMaxResultsPerPage(request.limit() + 1);
    from().map(names::name).ifPresent(options::setStartFrom);
    return request.delimiter().isPresent()
        ? container.listBlobsByHierarchy("/", options, null)
        : container.listBlobs(options, null);
  }

  /** Where the service is to begin, itself included. */
  private Optional<String> from() {
    if (request.startAfter().isEmpty()) {
      return Optional.empty();
    }
    String after = request.startAfter().get();
    if (request.delimiter().isPresent() && after.startsWith(request.prefix())) {
      int delimiter = after.indexOf('/', request.prefix().length());
      if (delimiter >= 0) {
        // What is rolled up into this prefix is not after it, so it need not even be looked at:
        // the first string that it is not the beginning of ends in the character after '/'.
        return Optional.of(after.substring(0, delimiter) + "0");
      }
    }
    return Optional.of(after);
  }

  private static boolean hasNext(PagedResponse<BlobItem> page) {
    String token = page.getContinuationToken();
    return token != null && !token.isEmpty();
  }

  private void add(Found found) {
    if (Boolean.TRUE.equals(found.item().isPrefix())) {
      prefixes.add(found.key());
    } else {
      BlobItemProperties properties = found.item().getProperties();
      objects.add(
          new ObjectInfo(
              found.key(),
              properties.getContentLength(),
              properties.getLastModified().toInstant()));
    }
    last = found.key();
  }

  private boolean isAfter(String key) {
    return request.startAfter().isEmpty()
        || ObjectKeys.ORDER.compare(key, request.startAfter().get()) > 0;
  }
}
