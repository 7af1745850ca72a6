package io.litestream.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Copies one message's bytes as they come, up to where it is to be cut. */
final class HttpRelay {

  /** The byte at which the message is to be cut has been reached. */
  static final class CutReached extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private final InputStream in;
  private final OutputStream out;
  private final AtomicLong bytes;
  private final AtomicLong bodyBytes;
  private final HangSwitch holding;
  private final byte[] buffer = new byte[16 * 1024];
  private long left;

  /**
   * @param limit how many bytes pass; the one after them throws {@link CutReached}
   * @param bytes counts what has passed
   * @param bodyBytes counts what has passed of the body, without the framing of chunks
   * @param holding holds the bytes up
   */
  HttpRelay(
      InputStream in,
      OutputStream out,
      long limit,
      AtomicLong bytes,
      AtomicLong bodyBytes,
      HangSwitch holding) {
    this.in = in;
    this.out = out;
    this.left = limit;
    this.bytes = bytes;
    this.bodyBytes = bodyBytes;
    this.holding = holding;
  }

  void write(byte[] from, int length) throws IOException {
    try {
      holding.pass();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; the proxy ends it by closing its sockets.
      Thread.currentThread().interrupt();
    }
    int passing = (int) Math.min(left, length);
    if (passing > 0) {
      // Counted first, so that who has got the bytes finds them counted.
      bytes.addAndGet(passing);
      left -= passing;
      out.write(from, 0, passing);
      out.flush();
    }
    if (passing < length) {
      throw new CutReached();
    }
  }

  void copyBody(long length) throws IOException {
    for (long rest = length; rest > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, rest));
      if (read < 0) {
        throw new EOFException("the connection ends " + rest + " bytes before the body does");
      }
      bodyBytes.addAndGet(Math.min(left, read));
      write(buffer, read);
      rest -= read;
    }
  }

  void copyBodyToTheEnd() throws IOException {
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      bodyBytes.addAndGet(Math.min(left, read));
      write(buffer, read);
    }
  }

  /** RFC 9112, section 7.1: chunks, the last of length 0, then trailers and an empty line. */
  void copyChunks() throws IOException {
    while (true) {
      String line = copyLine();
      long length = Long.parseLong(line.split(";", 2)[0].strip(), 16);
      if (length == 0) {
        break;
      }
      copyBody(length);
      copyLine();
    }
    while (!copyLine().isEmpty()) {
      // A trailer.
    }
  }

  private String copyLine() throws IOException {
    int length = 0;
    while (length < buffer.length) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ends within the framing of a chunk");
      }
      buffer[length++] = (byte) b;
      if (b == '\n') {
        String line = new String(buffer, 0, length, StandardCharsets.ISO_8859_1).strip();
        write(buffer, length);
        return line;
      }
    }
    throw new IOException("the framing of a chunk is longer than " + buffer.length + " bytes");
  }
}
