package io.litestream.replica.gcs;

import com.google.api.client.util.DateTime;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing. It is one request, but where the service answers with an empty page and
 * says that there is more.
 */
final class GcsListing {

  private final GcsStore store;
  private final ListRequest request;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private @Nullable String last;

  /** An object, or what several are rolled up into. */
  private record Found(String key, @Nullable StorageObject object) {}

  GcsListing(GcsStore store, ListRequest request) {
    this.store = store;
    this.request = request;
  }

  ListPage page() throws IOException {
    Storage.Objects.List list = listing();
    while (true) {
      Objects answer = list.execute();
      List<Found> found = found(answer);
      found.stream().limit(request.limit()).forEach(this::add);
      String token = answer.getNextPageToken();
      boolean more = found.size() > request.limit() || (token != null && !token.isEmpty());
      if (last != null || !more) {
        return new ListPage(objects, prefixes, more ? Optional.ofNullable(last) : Optional.empty());
      }
      list.setPageToken(token);
    }
  }

  private Storage.Objects.List listing() throws IOException {
    Storage.Objects.List list =
        store
            .client()
            .api()
            .objects()
            .list(store.bucket())
            .setPrefix(store.name(request.prefix()))
            .setMaxResults(request.limit() + 1L)
            .setFields("items(name,size,timeCreated),prefixes,nextPageToken");
    request.delimiter().ifPresent(list::setDelimiter);
    from().map(store::name).ifPresent(list::setStartOffset);
    return list;
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

  /** In one order: the answer has objects and prefixes in one each. */
  private List<Found> found(Objects answer) {
    List<Found> found = new ArrayList<>();
    if (answer.getItems() != null) {
      answer.getItems().forEach(item -> found.add(new Found(store.key(item.getName()), item)));
    }
    if (answer.getPrefixes() != null) {
      answer.getPrefixes().forEach(prefix -> found.add(new Found(store.key(prefix), null)));
    }
    return found.stream()
        .filter(each -> !each.key().isEmpty() && isAfter(each.key()))
        .sorted(Comparator.comparing(Found::key, ObjectKeys.ORDER))
        .toList();
  }

  private void add(Found found) {
    StorageObject object = found.object();
    if (object == null) {
      prefixes.add(found.key());
    } else {
      DateTime created = object.getTimeCreated();
      objects.add(
          new ObjectInfo(
              found.key(),
              object.getSize().longValueExact(),
              Instant.ofEpochMilli(created.getValue())));
    }
    last = found.key();
  }

  private boolean isAfter(String key) {
    return request.startAfter().isEmpty()
        || ObjectKeys.ORDER.compare(key, request.startAfter().get()) > 0;
  }
}
