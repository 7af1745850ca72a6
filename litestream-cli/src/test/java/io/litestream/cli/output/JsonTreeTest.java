package io.litestream.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTreeTest {

  @Test
  void givesWhatIsThereByItsType() throws IOException {
    JsonTree tree =
        JsonTree.parse(
            "{\"t\": \"x\", \"n\": 1.50, \"b\": true, \"z\": null, \"o\": {\"t\": \"y\"},"
                + " \"a\": [{\"n\": 1}, {\"n\": 2}, 3, null, [1]]}");

    assertThat(tree.text("t")).contains("x");
    assertThat(tree.number("n")).contains(new BigDecimal("1.50"));
    assertThat(tree.isTrue("b")).isTrue();
    assertThat(tree.object("o").orElseThrow().text("t")).contains("y");
    assertThat(tree.objects("a")).hasSize(2);
    assertThat(tree.text("n")).isEmpty();
    assertThat(tree.number("t")).isEmpty();
    assertThat(tree.isTrue("z")).isFalse();
    assertThat(tree.objects("missing")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{", "{\"a\":}", "{} {}", "<html>"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> JsonTree.parse(text)).isInstanceOf(IOException.class);
  }
}
