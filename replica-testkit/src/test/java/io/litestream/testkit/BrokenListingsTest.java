package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** R4: what a store can do wrong with a listing is found. */
class BrokenListingsTest {

  private interface Listing {
    ListPage list(InMemoryStore store, ListRequest request) throws IOException;
  }

  private static ContractRun run(Class<? extends StoreContract> contract, Listing listing) {
    return ContractRun.of(
        contract,
        BrokenStore.of(
            memory ->
                new ForwardingStore(memory) {
                  @Override
                  public ListPage list(ListRequest request) throws IOException {
                    return listing.list(store, request);
                  }
                }));
  }

  @Test
  void orderOfUtf16() {
    run(
            ContractRun.Listing.class,
            (store, request) -> {
              ListPage page = store.list(request);
              List<ObjectInfo> objects = new ArrayList<>(page.objects());
              objects.sort(Comparator.comparing(ObjectInfo::key));
              return new ListPage(objects, page.commonPrefixes(), page.next());
            })
        .assertFailsOnly(
            "R4",
            "keysComeInTheOrderOfTheirBytes",
            "pagesGoOnInTheOrderOfBytes",
            "startAfterLeavesOutEverythingUpToIt");
  }

  @Test
  void startAfterIgnored() {
    run(
            ContractRun.Pages.class,
            (store, request) ->
                store.list(
                    new ListRequest(
                        request.prefix(), request.delimiter(), Optional.empty(), request.limit())))
        .assertFailsOnly("R4", "manyObjectsListOverPagesAndAreDeletedInOneCall");
  }

  @Test
  void startAfterIncluded() {
    run(
            ContractRun.Listing.class,
            (store, request) -> {
              ListPage page = store.list(request);
              String after = request.startAfter().orElse("");
              if (store.bytes(after).isEmpty()
                  || !request.delimiter().isEmpty()
                  || request.limit() < ListRequest.MAX_LIMIT
                  || !after.startsWith(request.prefix())) {
                return page;
              }
              List<ObjectInfo> objects = new ArrayList<>(page.objects());
              objects.addAll(0, store.list(ListRequest.below(after).atMost(1)).objects());
              return new ListPage(objects, page.commonPrefixes(), page.next());
            })
        .assertFailsOnly("R4", "startAfterLeavesOutEverythingUpToIt", "startAfterNeedNotExist");
  }

  @Test
  void onlyTheFirstPage() {
    run(
            ContractRun.Pages.class,
            (store, request) -> {
              ListPage page = store.list(request);
              return new ListPage(page.objects(), page.commonPrefixes(), Optional.empty());
            })
        .assertFailsOnly("R4", "manyObjectsListOverPagesAndAreDeletedInOneCall");
  }

  @Test
  void limitIgnored() {
    run(
            ContractRun.Listing.class,
            (store, request) -> store.list(request.atMost(ListRequest.MAX_LIMIT)))
        .assertFailsOnly(
            "R4",
            "pagesGoOnInTheOrderOfBytes",
            "limitCountsCommonPrefixes",
            "listingGoesOnAfterADeletedKey");
  }

  @Test
  void commonPrefixAgainWithinIt() {
    run(
            ContractRun.Listing.class,
            (store, request) -> {
              ListPage page = store.list(request);
              String after = request.startAfter().orElse("");
              if (request.delimiter().isEmpty() || !after.matches("g/./.+")) {
                return page;
              }
              List<String> prefixes = new ArrayList<>(page.commonPrefixes());
              prefixes.add(0, after.substring(0, 4));
              return new ListPage(page.objects(), prefixes, page.next());
            })
        .assertFailsOnly("R4", "startAfterLeavesOutCommonPrefixes");
  }

  @Test
  void prefixTakenForADirectory() {
    run(
            ContractRun.Listing.class,
            (store, request) ->
                request.prefix().isEmpty() || request.prefix().endsWith("/")
                    ? store.list(request)
                    : store.list(
                        new ListRequest(
                            request.prefix() + "/",
                            request.delimiter(),
                            request.startAfter(),
                            request.limit())))
        .assertFailsOnly("R4", "prefixMayEndWithinASegment", "delimiterRollsKeysUp");
  }

  @Test
  void emptyDirectoriesShown() {
    Set<String> seen = new TreeSet<>();
    ContractRun.of(
            ContractRun.Listing.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListPage list(ListRequest request) throws IOException {
                        ListPage page = store.list(request);
                        if (seen.isEmpty() || !request.equals(ListRequest.childrenOf("g/"))) {
                          return page;
                        }
                        return new ListPage(page.objects(), List.copyOf(seen), page.next());
                      }

                      @Override
                      public DeleteReport delete(Collection<String> keys) throws IOException {
                        seen.addAll(store.list(ListRequest.childrenOf("g/")).commonPrefixes());
                        var report = store.delete(keys);
                        return report;
                      }

                      @Override
                      public void close() throws IOException {
                        seen.clear();
                        super.close();
                      }
                    }))
        .assertFailsOnly("R4", "deletedObjectsAreNotListed");
  }
}
