package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R4, R5: what a listing shows, and in which order. */
public abstract class ListContract extends StoreContract {

  /** In the order of their UTF-8 bytes. As UTF-16, the last two would change places. */
  private static final List<String> ORDERED =
      List.of(
          "a b",
          "a!",
          "a-b",
          "a.b",
          "a/b",
          "a/b-c",
          "a/b.c/d",
          "a/b/c",
          "a/b0",
          "a/c",
          "a0",
          "aB",
          "aa",
          "b",
          "z",
          "\u00e9",
          "\u20ac",
          "\ufffd",
          "\ud83d\ude00");

  /** Of {@link #ORDERED}, no key is also a directory of another: those that are left out here. */
  private static final List<String> NESTING = List.of("a/b");

  @Test
  @DisplayName("R5 an empty store lists nothing")
  public final void emptyStoreListsNothing() throws IOException {
    ReplicaStore store = store();
    assertThat(store.list(ListRequest.below(""))).as("R5 listing").isEqualTo(ListPage.EMPTY);
    assertThat(store.list(ListRequest.childrenOf(""))).as("R5 children").isEqualTo(ListPage.EMPTY);
  }

  @Test
  @DisplayName("R5 a prefix that does not exist lists nothing")
  public final void missingPrefixListsNothing() throws IOException {
    ReplicaStore store = store();
    write(store, "a/b");
    for (String prefix : List.of("b", "a/b/", "a/c", "a/b/c/d/", "a//", "0")) {
      assertThat(store.list(ListRequest.below(prefix)))
          .as("R5 listing of %s", prefix)
          .isEqualTo(ListPage.EMPTY);
      assertThat(store.list(ListRequest.childrenOf(prefix)))
          .as("R5 children of %s", prefix)
          .isEqualTo(ListPage.EMPTY);
    }
  }

  @Test
  @DisplayName("R4 a prefix that no key can have shows nothing, least of all what lies outside")
  public final void impossiblePrefixShowsNothing() throws IOException {
    ReplicaStore store = store();
    write(store, "a/b");
    for (String prefix : List.of("/", "../", "..", "a/../", "./", "a/./", "/a")) {
      try {
        assertThat(store.list(ListRequest.below(prefix)))
            .as("R4 listing of %s", prefix)
            .isEqualTo(ListPage.EMPTY);
        assertThat(store.list(ListRequest.childrenOf(prefix)))
            .as("R4 children of %s", prefix)
            .isEqualTo(ListPage.EMPTY);
      } catch (IllegalArgumentException refused) {
        // is as good
      }
    }
  }

  @Test
  @DisplayName("R4 a listing tells each object's size and when it was written")
  public final void listingTellsSizeAndTime() throws IOException {
    ReplicaStore store = store();
    write(store, "a/b", bytes("12345"));
    assertThat(store.list(ListRequest.below("")).objects())
        .singleElement()
        .satisfies(
            info -> {
              assertThat(info.key()).as("R4 key").isEqualTo("a/b");
              assertThat(info.size()).as("R4 size").isEqualTo(5);
              // The store's clock need not be ours.
              assertThat(
                      Duration.between(info.lastModified(), InstantSource.system().instant()).abs())
                  .as("R4 distance of lastModified from now")
                  .isLessThan(Duration.ofDays(1));
            });
  }

  @Test
  @DisplayName("R4 keys come in the order of their UTF-8 bytes")
  public final void keysComeInTheOrderOfTheirBytes() throws Exception {
    ReplicaStore store = store();
    writeAll(store, ordered());
    assertThat(keys(store.list(ListRequest.below(""))))
        .as("R4 keys in the order of their UTF-8 bytes")
        .containsExactlyElementsOf(ordered());
  }

  @Test
  @DisplayName("R4 a page ends anywhere and the next goes on in the order of UTF-8 bytes")
  public final void pagesGoOnInTheOrderOfBytes() throws Exception {
    ReplicaStore store = store();
    writeAll(store, ordered());
    for (int limit : new int[] {1, 2, 3, 7, ordered().size()}) {
      assertThat(allKeys(store, ListRequest.below("").atMost(limit)))
          .as("R4 keys of all pages of %d", limit)
          .containsExactlyElementsOf(ordered());
    }
  }

  @Test
  @DisplayName("R4 startAfter leaves out everything up to and including it")
  public final void startAfterLeavesOutEverythingUpToIt() throws Exception {
    ReplicaStore store = store();
    List<String> all = ordered();
    writeAll(store, all);
    for (int i = 0; i < all.size(); i++) {
      assertThat(keys(store.list(ListRequest.below("").after(all.get(i)))))
          .as("R4 keys after %s", all.get(i))
          .containsExactlyElementsOf(all.subList(i + 1, all.size()));
    }
  }

  @Test
  @DisplayName("R4 startAfter need not exist, nor begin with the prefix")
  public final void startAfterNeedNotExist() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("a/1", "b/1", "b/3/x", "b/5", "c/1"));
    assertAfter(store, "b/", "b/2", List.of("b/3/x", "b/5"));
    assertAfter(store, "b/", "b/3", List.of("b/3/x", "b/5"));
    assertAfter(store, "b/", "b/3/", List.of("b/3/x", "b/5"));
    assertAfter(store, "b/", "b/3/y", List.of("b/5"));
    assertAfter(store, "b/", "b/3/x/y/z", List.of("b/5"));
    assertAfter(store, "b/", "a/9", List.of("b/1", "b/3/x", "b/5"));
    assertAfter(store, "b/", "b", List.of("b/1", "b/3/x", "b/5"));
    assertAfter(store, "b/", "b/9", List.of());
    assertAfter(store, "b/", "c", List.of());
    assertAfter(store, "", "b/5", List.of("c/1"));
  }

  private static void assertAfter(
      ReplicaStore store, String prefix, String startAfter, List<String> expected)
      throws IOException {
    assertThat(keys(store.list(ListRequest.below(prefix).after(startAfter))))
        .as("R4 keys below '%s' after '%s'", prefix, startAfter)
        .containsExactlyElementsOf(expected);
  }

  @Test
  @DisplayName("R4 a prefix may end within a segment")
  public final void prefixMayEndWithinASegment() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("wa", "wal-1/x", "wal/1", "wam"));
    assertThat(keys(store.list(ListRequest.below("wal"))))
        .as("R4 keys below wal")
        .containsExactly("wal-1/x", "wal/1");
    assertThat(keys(store.list(ListRequest.below("wal/1"))))
        .as("R4 a key is below itself")
        .containsExactly("wal/1");
  }

  @Test
  @DisplayName("R4 a delimiter rolls longer keys up into common prefixes, each once")
  public final void delimiterRollsKeysUp() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b/c", "g/2/a", "g/3", "g/4-x", "g/4/x", "h/1"));
    ListPage page = store.list(ListRequest.childrenOf("g/"));
    assertThat(keys(page)).as("R4 objects directly below g/").containsExactly("g/3", "g/4-x");
    assertThat(page.commonPrefixes())
        .as("R4 common prefixes below g/")
        .containsExactly("g/1/", "g/2/", "g/4/");
    ListPage within = store.list(ListRequest.childrenOf("g/4"));
    assertThat(keys(within)).as("R4 objects that begin with g/4").containsExactly("g/4-x");
    assertThat(within.commonPrefixes()).as("R4 prefixes of g/4").containsExactly("g/4/");
    assertThat(store.list(ListRequest.childrenOf("")).commonPrefixes())
        .as("R4 common prefixes of the store")
        .containsExactly("g/", "h/");
  }

  @Test
  @DisplayName("R4 startAfter leaves out common prefixes up to and including it")
  public final void startAfterLeavesOutCommonPrefixes() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b", "g/2/a", "g/3/a", "g/9"));
    assertChildren(store, "g/1", "g/1/", "g/2/", "g/3/", "g/9");
    assertChildren(store, "g/1/", "g/2/", "g/3/", "g/9");
    assertChildren(store, "g/1/a", "g/2/", "g/3/", "g/9");
    assertChildren(store, "g/2/zzz", "g/3/", "g/9");
  }

  private static void assertChildren(ReplicaStore store, String after, String... expected)
      throws IOException {
    ListPage page = store.list(ListRequest.childrenOf("g/").after(after));
    var items = new ArrayList<>(page.commonPrefixes());
    items.addAll(keys(page));
    assertThat(items).as("R4 what is directly below g/ after %s", after).containsExactly(expected);
  }

  @Test
  @DisplayName("R4 the limit counts common prefixes, and pages go on after them")
  public final void limitCountsCommonPrefixes() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b", "g/2", "g/3/a", "g/3/b", "g/4"));
    for (int limit = 1; limit <= 4; limit++) {
      List<ListPage> pages = Paging.all(store, ListRequest.childrenOf("g/").atMost(limit));
      assertThat(pages.stream().flatMap(page -> page.commonPrefixes().stream()))
          .as("R4 common prefixes of all pages of %d", limit)
          .containsExactly("g/1/", "g/3/");
      assertThat(pages.stream().flatMap(page -> keys(page).stream()))
          .as("R4 objects of all pages of %d", limit)
          .containsExactly("g/2", "g/4");
    }
  }

  @Test
  @DisplayName("R4 a deleted object is not listed, nor a prefix that it was the last of")
  public final void deletedObjectsAreNotListed() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/2/a", "g/2/b"));
    store.delete(List.of("g/1/a", "g/2/a"));
    assertThat(keys(store.list(ListRequest.below("")))).as("R4 keys").containsExactly("g/2/b");
    assertThat(store.list(ListRequest.childrenOf("g/")).commonPrefixes())
        .as("R4 common prefixes that still have objects")
        .containsExactly("g/2/");
  }

  @Test
  @DisplayName("R4 a listing goes on after a key that was deleted meanwhile")
  public final void listingGoesOnAfterADeletedKey() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("a/1", "a/2", "b/1", "b/2"));
    ListRequest request = ListRequest.below("").atMost(2);
    Optional<String> next = store.list(request).next();
    store.delete(List.of("a/1", "a/2"));
    assertThat(next).as("R4 there is more after the first page").isPresent();
    assertThat(store.list(request.after(next.orElse(""))).objects())
        .as("R4 the second page, after the first one's keys were deleted")
        .extracting(ObjectInfo::key)
        .containsExactly("b/1", "b/2");
  }

  private List<String> ordered() {
    return has(Capability.NESTS_KEYS)
        ? ORDERED
        : ORDERED.stream().filter(key -> !NESTING.contains(key)).toList();
  }
}
