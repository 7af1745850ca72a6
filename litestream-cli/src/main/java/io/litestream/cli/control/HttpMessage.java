package io.litestream.cli.control;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request or an answer of HTTP/1.1 (RFC 9112) whose body, if there is one, has a length that is
 * stated: as much as the control socket needs of it. Both sides send one message for each
 * connection.
 *
 * @param startLine the first line, without its end
 * @param body as text
 */
record HttpMessage(String startLine, String body) {

  private static final int MAX_HEAD = 8 << 10;

  /**
   * Reads one.
   *
   * @param maxBody in bytes
   * @return empty if nothing was sent at all
   * @throws IOException if it is no such message, or a longer one
   */
  static Optional<HttpMessage> read(InputStream in, int maxBody) throws IOException {
    Optional<String> start = line(in, MAX_HEAD);
    if (start.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> headers = headers(in);
    if (headers.containsKey("transfer-encoding")) {
      throw new IOException("the body needs a Content-Length");
    }
    int length = length(headers.getOrDefault("content-length", "0"), maxBody);
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the message ends before its body does");
    }
    return Optional.of(new HttpMessage(start.get(), new String(body, StandardCharsets.UTF_8)));
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    int left = MAX_HEAD;
    while (true) {
      String line =
          line(in, left).orElseThrow(() -> new EOFException("the message ends in its head"));
      if (line.isEmpty()) {
        return headers;
      }
      left -= line.length();
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("a header line has no colon");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
  }

  private static int length(String text, int max) throws IOException {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > max) {
      throw new IOException("the body is longer than " + max + " bytes");
    }
    return Integer.parseInt(text);
  }

  /** A line without its end; empty if nothing comes any more. */
  private static Optional<String> line(InputStream in, int max) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    for (; next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the message ends in its head");
      }
      if (line.size() >= max) {
        throw new IOException("the head is longer than " + MAX_HEAD + " bytes");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  /** Sends it, as the only one of its connection. */
  void writeTo(OutputStream out) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        startLine
            + "\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + bytes.length
            + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.write(bytes);
    out.flush();
  }
}
