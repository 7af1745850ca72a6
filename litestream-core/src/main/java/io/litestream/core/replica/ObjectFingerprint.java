package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells an object's stored bytes from any others.
 *
 * @param size in bytes
 * @param sha256 in lowercase hex
 */
public record ObjectFingerprint(long size, String sha256) {

  public ObjectFingerprint {
    requireNonNull(sha256, "sha256");
  }

  /** That of an object; reads it to its end and does not close it. */
  public static ObjectFingerprint of(InputStream stored) throws IOException {
    Counting counting = new Counting(OutputStream.nullOutputStream());
    stored.transferTo(counting);
    return counting.fingerprint();
  }

  /** Passes on what is written, and remembers what that was. */
  static final class Counting extends OutputStream {

    private final OutputStream out;
    private final MessageDigest digest = sha256();
    private long size;

    Counting(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
      digest.update(bytes, offset, count);
      size += count;
    }

    /** Of all that was written; to be asked once, at the end. */
    ObjectFingerprint fingerprint() {
      return new ObjectFingerprint(size, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }
}
