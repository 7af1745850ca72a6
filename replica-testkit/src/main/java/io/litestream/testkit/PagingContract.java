package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver.Operation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R4, R6: more objects than fit one page, or one batch of deletes. */
public abstract class PagingContract extends StoreContract {

  private static final int OBJECTS = ManyKeys.COUNT;
  private static final List<String> KEYS = ManyKeys.all();

  @Test
  @DisplayName(
      "R4 R6 2,503 objects list over several pages, each once, and are deleted in one call")
  public final void manyObjectsListOverPagesAndAreDeletedInOneCall() throws Exception {
    var requests = new RecordedRequests();
    ReplicaStore store = store(requests);
    writeAll(store, KEYS);

    assertListsAll(store, requests);
    assertListsTail(store, requests);
    assertDeletesAll(store);
  }

  private static void assertListsAll(ReplicaStore store, RecordedRequests requests)
      throws Exception {
    requests.clear();
    List<ListPage> pages = Paging.all(store, ListRequest.below("g/"));
    assertThat(pages.stream().flatMap(page -> keys(page).stream()))
        .as("R4 keys of all pages, each once and in order")
        .containsExactlyElementsOf(KEYS);
    assertThat(requests.of(Operation.LIST))
        .as("R4 R9 requests for %d pages", pages.size())
        .hasSize(pages.size());
    assertThat(store.list(ListRequest.childrenOf("g/")).commonPrefixes())
        .as("R4 common prefixes of 2,503 keys fit one page")
        .containsExactly("g/00/", "g/01/", "g/02/", "g/03/", "g/04/", "g/05/");
  }

  private static void assertListsTail(ReplicaStore store, RecordedRequests requests)
      throws Exception {
    requests.clear();
    assertThat(keys(store.list(ListRequest.below("g/").after(KEYS.get(OBJECTS - 4)))))
        .as("R4 keys after the fourth from the end")
        .containsExactlyElementsOf(KEYS.subList(OBJECTS - 3, OBJECTS));
    assertThat(requests.of(Operation.LIST))
        .as("R4 requests for a tail, which do not grow with what lies before it")
        .hasSize(1);
  }

  private static void assertDeletesAll(ReplicaStore store) throws Exception {
    List<String> doomed = KEYS.subList(0, OBJECTS - 1);
    DeleteReport report = store.delete(doomed);
    assertThat(report.failed()).as("R6 keys that were not deleted").isEmpty();
    assertThat(report.deleted())
        .as("R6 keys reported as deleted, each once")
        .containsExactlyInAnyOrderElementsOf(doomed);
    assertThat(allKeys(store, ListRequest.below("")))
        .as("R6 keys that are left")
        .containsExactly(KEYS.get(OBJECTS - 1));
  }
}
