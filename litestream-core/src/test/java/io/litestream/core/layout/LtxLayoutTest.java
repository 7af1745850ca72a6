package io.litestream.core.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.TxId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LtxLayoutTest {

  @ParameterizedTest
  @CsvSource({"ltx/0/, 0", "ltx/9/, 9", "0000/, 0", "0009/, 9"})
  void levelsHaveTwoSpellings(String prefix, int level) {
    assertThat(LtxLayout.parseLevel(prefix)).contains(level);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ltx/10/", "ltx/a/", "ltx/0", "000a/", "0010/", "ltx/", "ltx/0/0/", ""})
  void otherNamesAreNoLevels(String prefix) {
    assertThat(LtxLayout.parseLevel(prefix)).isEmpty();
  }

  @Test
  void aNameHoldsTwoTransactions() {
    String key = "ltx/1/000000000000000a-00000000000000ff.ltx";

    assertThat(LtxLayout.parseFirst("ltx/1/", key)).contains(new TxId(10));
    assertThat(LtxLayout.parseLast("ltx/1/", key)).contains(new TxId(255));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ltx/1/000000000000000a-00000000000000ff.ltx.tmp",
        "ltx/1/000000000000000A-00000000000000ff.ltx",
        "ltx/1/0000000000000000-00000000000000ff.ltx",
        "ltx/1/ffffffffffffffff-ffffffffffffffff.ltx",
        "ltx/1/a-ff.ltx",
        "ltx/1/x/000000000000000a-00000000000000ff.ltx",
        "ltx/2/000000000000000a-00000000000000ff.ltx"
      })
  void otherNamesAreNoFiles(String key) {
    assertThat(LtxLayout.parseFirst("ltx/1/", key)).isEmpty();
  }
}
