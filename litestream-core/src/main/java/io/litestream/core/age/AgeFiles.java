package io.litestream.core.age;

import io.litestream.core.age.AgeException.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Tells stored objects that are encrypted from those that are not, by how they begin. */
public final class AgeFiles {

  private static final byte[] BEGINNING = "age-encryption.org/".getBytes(StandardCharsets.US_ASCII);

  private AgeFiles() {}

  /**
   * What a stored object holds: decrypted, if it is encrypted, and as it is otherwise.
   *
   * @param stored the whole object; closed with the result, or if this fails
   * @throws AgeException if it is encrypted, and there is no identity that opens it
   */
  public static InputStream open(InputStream stored, AgeKeys keys) throws IOException {
    try {
      PushbackInputStream in = new PushbackInputStream(stored, BEGINNING.length);
      if (!begins(in)) {
        return in;
      }
      if (keys.identities().isEmpty()) {
        throw new AgeException(
            Problem.NO_IDENTITY,
            "is encrypted with age, and no identity is configured to decrypt it with");
      }
      return new AgeInputStream(in, keys.identities());
    } catch (IOException | RuntimeException e) {
      try {
        stored.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Whether a stored object is encrypted. Reads its beginning; does not close it. */
  public static boolean isEncrypted(InputStream stored) throws IOException {
    return Arrays.equals(stored.readNBytes(BEGINNING.length), BEGINNING);
  }

  private static boolean begins(PushbackInputStream in) throws IOException {
    byte[] beginning = in.readNBytes(BEGINNING.length);
    in.unread(beginning);
    return Arrays.equals(beginning, BEGINNING);
  }
}
