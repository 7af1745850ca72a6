package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9090, 127.0.0.1, 9090",
    "localhost:0, localhost, 0",
    "[::1]:9090, ::1, 9090",
    "0.0.0.0:65535, 0.0.0.0, 65535",
    ":9090, '', 9090",
  })
  void hasAHostAndAPort(String text, String host, int port) {
    ListenAddress address = ListenAddress.parse(text);

    assertThat(address).isEqualTo(new ListenAddress(host, port));
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9090", "localhost", "::1:9090", "http://localhost:9090", "a:", "a:x", "a:65536"})
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ListenAddress.parse(text));
  }

  @Test
  void withoutAHostOnlyThisMachineCanConnect() throws Exception {
    InetSocketAddress address = ListenAddress.parse(":9090").resolve();

    assertThat(address.getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void everyMachineCanConnectIfThatIsSaid() throws Exception {
    assertThat(ListenAddress.parse("0.0.0.0:9090").resolve().getAddress().isAnyLocalAddress())
        .isTrue();
    assertThat(ListenAddress.parse("[::]:9090").resolve().getAddress().isAnyLocalAddress())
        .isTrue();
  }
}
