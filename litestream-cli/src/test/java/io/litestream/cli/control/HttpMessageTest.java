package io.litestream.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HttpMessageTest {

  private static final int MAX_BODY = 100;

  private static Optional<HttpMessage> read(String text) throws IOException {
    return HttpMessage.read(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), MAX_BODY);
  }

  @Test
  void readsWhatClientsSend() throws IOException {
    // As curl --unix-socket writes it.
    String request =
        "POST /sync HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n"
            + "content-length: 14\r\nContent-Type: application/json\r\n\r\n{\"path\": \"/ä\"}";

    assertThat(read(request.replace("14", "15")))
        .contains(new HttpMessage("POST /sync HTTP/1.1", "{\"path\": \"/ä\"}"));
    assertThat(read("GET /list HTTP/1.1\n\n")).contains(new HttpMessage("GET /list HTTP/1.1", ""));
    assertThat(read("")).isEmpty();
  }

  @Test
  void readsWhatItWrites() throws IOException {
    HttpMessage message = new HttpMessage("HTTP/1.1 200 OK", "{\"ü\": 1}\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    message.writeTo(out);

    assertThat(read(out.toString(StandardCharsets.UTF_8))).contains(message);
  }

  static Stream<Arguments> refuses() {
    return Stream.of(
        Arguments.of("GET / HTTP/1.1", "ends in its head"),
        Arguments.of("GET / HTTP/1.1\r\nHost: x\r\n", "ends in its head"),
        Arguments.of("GET / HTTP/1.1\r\nno colon\r\n\r\n", "has no colon"),
        Arguments.of("GET /" + "x".repeat(9000), "head is longer than 8192 bytes"),
        Arguments.of("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(3000), "head is longer"),
        Arguments.of("P / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", "ends before its body"),
        Arguments.of("P / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", "longer than 100 bytes"),
        Arguments.of("P / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "longer than 100 bytes"),
        Arguments.of("P / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "longer than 100"),
        Arguments.of(
            "P / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "needs a Content-Length"));
  }

  @ParameterizedTest
  @MethodSource
  void refuses(String text, String problem) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(problem);
  }
}
