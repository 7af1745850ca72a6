package io.litestream.replica.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ObjectKeys;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BlobNamesTest {

  private static final List<String> UNUSUAL =
      List.of(
          "a[b",
          "a[",
          "a\\b",
          "a]b",
          "aZ",
          "a[0",
          "a[1",
          "a\\1",
          "\ud7fa",
          "\ud7fb",
          "\ud7fb00d7fb",
          "\ud7fbx",
          "\ue000",
          "\uffee",
          "\ud83d\ude00",
          "\ud83d\ude00a",
          "\udbff\udfff");

  private final BlobNames names = new BlobNames("backups/app");

  @Test
  void enginesKeysStandForThemselves() {
    assertThat(names.name("generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4"))
        .isEqualTo("backups/app/generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4");
    assertThat(new BlobNames("").name("a/b")).isEqualTo("a/b");
  }

  @Test
  void namesLeadBackToTheirKeys() {
    for (String key : UNUSUAL) {
      assertThat(names.key(names.name(key))).isEqualTo(key);
    }
  }

  @Test
  void namesThatOthersWroteAreKeysAsTheyStand() {
    assertThat(names.key("backups/app/a[x")).isEqualTo("a[x");
    assertThat(names.key("backups/app/\ud7fbffffff")).isEqualTo("\ud7fbffffff");
  }

  @Test
  void namesSortAsKeysDoByUtf16AndByUtf8() {
    List<String> keys = UNUSUAL.stream().sorted(ObjectKeys.ORDER).toList();
    assertThat(sorted(Comparator.naturalOrder())).isEqualTo(keys);
    assertThat(sorted(ObjectKeys.ORDER)).isEqualTo(keys);
  }

  private List<String> sorted(Comparator<String> order) {
    Stream<String> sorted = UNUSUAL.stream().map(names::name).sorted(order);
    return sorted.map(names::key).toList();
  }

  @Test
  void encodesAllButUnreservedCharactersAndSlashes() {
    assertThat(BlobNames.encoded("a b/+%?#\u00fc~")).isEqualTo("a%20b/%2B%25%3F%23%C3%BC~");
  }
}
