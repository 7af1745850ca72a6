package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R10: which strings are keys. */
public abstract class KeyContract extends StoreContract {

  private static final List<String> UNUSUAL =
      List.of(
          "with space/ leading/trailing /two  spaces",
          "a+b/+",
          "100%/%/%2F/%25/%zz",
          "?query=1&x=y#fragment",
          "quotes'\"`<>&amp;",
          "back\\slash",
          "semi;colon:comma,at@$!*()|~^[]{}",
          ".hidden/...dots/a..b/c.",
          "UPPER",
          "upper",
          "\u00fcml\u00e4ut/\u6f22\u5b57/\u0416",
          "emoji \ud83d\ude00/\ud83d\uddc4\ufe0f",
          "\ue000 private/\uffee");

  private static final List<String> BAD =
      List.of(
          "",
          "/",
          "/leading",
          "trailing/",
          "empty//segment",
          ".",
          "..",
          "../outside",
          "a/../../outside",
          "a/./b",
          "a/..",
          "a/.",
          "nul\0inside",
          "half \ud83d pair");

  @Test
  @DisplayName("R1 R4 keys of any text are written, read, listed and deleted under their own name")
  public final void unusualKeysKeepTheirName() throws Exception {
    ReplicaStore store = store();
    List<String> sorted = new ArrayList<>(UNUSUAL);
    sorted.sort(ObjectKeys.ORDER);
    writeAll(store, sorted);
    assertThat(allKeys(store, ListRequest.below("")))
        .as("R4 unusual keys, as listed")
        .containsExactlyElementsOf(sorted);
    for (String key : sorted) {
      assertThat(read(store, key))
          .as("R1 bytes of '%s'", key)
          .isEqualTo(bytes("the bytes of " + key));
      assertThat(keys(store.list(ListRequest.below(key))))
          .as("R4 '%s' as a prefix", key)
          .contains(key);
      assertThat(store.list(ListRequest.below("").after(key)).objects())
          .as("R4 keys after '%s'", key)
          .hasSize(sorted.size() - sorted.indexOf(key) - 1);
    }
    DeleteReport report = store.delete(sorted);
    assertThat(report.failed()).as("R6 keys that were not deleted").isEmpty();
    assertThat(report.deleted()).as("R6 deleted").containsExactlyInAnyOrderElementsOf(sorted);
    assertThat(allKeys(store, ListRequest.below(""))).as("R6 keys left").isEmpty();
  }

  @Test
  @DisplayName("R4 common prefixes keep their name, whatever text it is")
  public final void unusualPrefixesKeepTheirName() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("a b+%/1", "\u00fc/2", "\ud83d\ude00/3"));
    assertThat(store.list(ListRequest.childrenOf("")).commonPrefixes())
        .as("R4 common prefixes")
        .containsExactly("a b+%/", "\u00fc/", "\ud83d\ude00/");
  }

  @Test
  @DisplayName("R1 a key may be long: 200 characters a segment, 800 in all")
  public final void longKeysAreKept() throws IOException {
    ReplicaStore store = store();
    String segment = "s".repeat(200);
    String key = String.join("/", segment, segment, segment, segment.substring(3));
    write(store, key);
    assertThat(read(store, key)).as("R1 bytes").isEqualTo(bytes("the bytes of " + key));
    assertThat(keys(store.list(ListRequest.below("")))).as("R4 keys").containsExactly(key);
  }

  @Test
  @DisplayName("R1 a key may also be a prefix of other keys, or is refused where it cannot")
  public final void keyMayAlsoBeAPrefix() throws Exception {
    ReplicaStore store = store();
    write(store, "a");
    if (has(Capability.NESTS_KEYS)) {
      writeAll(store, List.of("a/b", "a/b/c"));
      store.delete(List.of("a/b"));
      assertThat(allKeys(store, ListRequest.below("a")))
          .as("R4 keys")
          .containsExactly("a", "a/b/c");
      return;
    }
    assertThatThrownBy(
            () -> write(store, "a/b"),
            "R7 writing below an object, in a store that does not nest keys")
        .isInstanceOfSatisfying(
            ReplicaException.class,
            e -> assertThat(e.kind()).as("R7 kind").isEqualTo(Kind.CONFIGURATION));
    assertThat(read(store, "a")).as("R2 bytes of the object").isEqualTo(bytes("the bytes of a"));
  }

  @Test
  @DisplayName("R10 a key that breaks the model is refused before any request, by open")
  public final void openRefusesBadKeys() throws IOException {
    assertRefused((store, key) -> store.open(key).close());
  }

  @Test
  @DisplayName("R10 a key that breaks the model is refused before any request, by create")
  public final void createRefusesBadKeys() throws IOException {
    assertRefused(
        (store, key) -> {
          try (var writer = store.create(key)) {
            writer.write(1);
            writer.commit();
          }
        });
  }

  @Test
  @DisplayName("R10 a key that breaks the model is refused before any request, by delete")
  public final void deleteRefusesBadKeys() throws IOException {
    ReplicaStore store = store();
    write(store, "good");
    assertRefused((other, key) -> other.delete(List.of("good", key)));
    assertThat(exists(store, "good")).as("R10 the good key beside a bad one is left").isTrue();
  }

  private void assertRefused(Call call) throws IOException {
    var requests = new RecordedRequests();
    ReplicaStore store = store(requests);
    for (String key : BAD) {
      assertThatThrownBy(
              () -> call.run(store, key),
              "R10 the key '%s' breaks the model and is refused",
              key.replace("\0", "\\0"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(requests.all()).as("R10 requests for keys that were refused").isEmpty();
  }

  private interface Call {
    void run(ReplicaStore store, String key) throws IOException;
  }
}
