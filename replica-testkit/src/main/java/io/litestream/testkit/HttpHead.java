package io.litestream.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The head of an HTTP/1.1 message (RFC 9112, section 2), to be passed on as it came.
 *
 * @param text with all line ends, one character per byte
 */
record HttpHead(String text) {

  /** More than any server accepts. */
  private static final int MAX_BYTES = 1 << 20;

  /** Of a request and of an answer. */
  private static final Pattern START_LINE =
      Pattern.compile("[A-Z]+ \\S+ HTTP/1\\.[01]|HTTP/1\\.[01] [0-9]{3}( .*)?");

  /** Reads up to and with the empty line; empty if the stream ends before the first byte. */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    var raw = new ByteArrayOutputStream();
    int lineLength = 0;
    while (true) {
      int b = in.read();
      if (b < 0) {
        if (raw.size() == 0) {
          return Optional.empty();
        }
        throw new EOFException("the connection ends in the head of a message");
      }
      raw.write(b);
      if (raw.size() > MAX_BYTES) {
        throw new IOException("the head of a message is longer than " + MAX_BYTES + " bytes");
      }
      if (b == '\n') {
        if (lineLength == 0 && raw.size() > 2) {
          var head = new HttpHead(raw.toString(StandardCharsets.ISO_8859_1));
          if (!START_LINE.matcher(head.lines().get(0)).matches()) {
            throw new IOException("not HTTP/1.1: " + head.lines().get(0));
          }
          return Optional.of(head);
        }
        lineLength = 0;
      } else if (b != '\r') {
        lineLength++;
      }
    }
  }

  byte[] raw() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The start line, then the headers. */
  private List<String> lines() {
    return text.strip().lines().toList();
  }

  String method() {
    return startLine(0);
  }

  String target() {
    return startLine(1);
  }

  int status() {
    return Integer.parseInt(startLine(1));
  }

  private String startLine(int part) {
    return List.of(lines().get(0).split(" ", 3)).get(part);
  }

  String header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return lines().stream()
        .skip(1)
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst()
        .orElse("");
  }

  boolean isChunked() {
    return header("Transfer-Encoding").toLowerCase(Locale.ROOT).endsWith("chunked");
  }

  boolean expectsContinue() {
    return header("Expect").equalsIgnoreCase("100-continue");
  }

  /** What {@code Content-Length} says; empty if it is missing. */
  Optional<Long> contentLength() {
    return Optional.of(header("Content-Length")).filter(text -> !text.isEmpty()).map(Long::valueOf);
  }
}
