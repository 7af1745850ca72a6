package io.litestream.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeysTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a/b",
        ".a",
        "..a",
        "a..",
        "...",
        "a/.b/...",
        " ",
        "\u00e9",
        "\ud83d\ude00/x"
      })
  void acceptsTextInSegments(String key) {
    assertThat(ObjectKeys.requireValid(key)).isSameAs(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "./a",
        "../a",
        "a/.",
        "a/..",
        "a/../b",
        "a\0",
        "\ud83d",
        "a\ude00",
        "\ude00\ud83d",
        "\ud83d/\ude00"
      })
  void refusesWhatLeadsElsewhereOrHasNoBytes(String key) {
    assertThatThrownBy(() -> ObjectKeys.requireValid(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a key ")
        .message()
        .doesNotContain("\0");
  }

  @Test
  void ordersByUtf8Bytes() {
    List<String> keys =
        List.of(
            "",
            "a",
            "a-",
            "a/",
            "a/b",
            "a0",
            "aa",
            "b",
            "\u007f",
            "\u0080",
            "\u07ff",
            "\u0800",
            "\ud7ff",
            "\ue000",
            "\uffff",
            "\ud800\udc00",
            "\ud83d\ude00",
            "\udbff\udfff");
    List<String> byBytes = new ArrayList<>(keys);
    byBytes.sort(
        (a, b) ->
            Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    assertThat(byBytes).isEqualTo(keys);
    for (String a : keys) {
      for (String b : keys) {
        assertThat(Integer.signum(ObjectKeys.ORDER.compare(a, b)))
            .as("order of '%s' and '%s'", a, b)
            .isEqualTo(Integer.signum(Integer.compare(keys.indexOf(a), keys.indexOf(b))));
      }
    }
  }
}
