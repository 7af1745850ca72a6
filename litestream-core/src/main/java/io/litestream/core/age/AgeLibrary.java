package io.litestream.core.age;

import com.exceptionfactory.jagged.FileKey;
import com.exceptionfactory.jagged.PayloadException;
import com.exceptionfactory.jagged.RecipientStanza;
import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import io.litestream.core.age.AgeException.Problem;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/**
 * The calls into the age library. Its exceptions go no further: they may quote what they were
 * given, and tell apart what makes no difference here.
 */
final class AgeLibrary {

  /** None of the identities fits; not to be mixed up with a header that cannot be read. */
  private static final class NoIdentityFits extends GeneralSecurityException {
    private static final long serialVersionUID = 1L;
  }

  private AgeLibrary() {}

  static boolean isRecipient(String text) {
    try {
      X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text);
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  static boolean isIdentity(String text) {
    try {
      X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(text);
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /** Begins an age file for these recipients; its header goes out at once. */
  static WritableByteChannel encrypting(WritableByteChannel target, List<String> recipients)
      throws IOException {
    try {
      List<RecipientStanzaWriter> writers = new ArrayList<>();
      for (String recipient : recipients) {
        writers.add(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient));
      }
      return new StandardEncryptingChannelFactory().newEncryptingChannel(target, writers);
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java lacks what age needs (X25519, ChaCha20-Poly1305)", e);
    }
  }

  /** Reads the header of an age file, and finds the identity that opens it. */
  static ReadableByteChannel decrypting(ReadableByteChannel source, List<String> identities)
      throws IOException {
    try {
      return new StandardDecryptingChannelFactory()
          .newDecryptingChannel(source, List.of(stanzas -> fileKey(stanzas, identities)));
    } catch (NoIdentityFits e) {
      throw new AgeException(
          Problem.OTHER_KEY,
          identities.size() == 1
              ? "is encrypted with age for others than the one identity that is configured"
              : "is encrypted with age for others than the %d identities that are configured"
                  .formatted(identities.size()));
    } catch (PayloadException | GeneralSecurityException | RuntimeException e) {
      throw damaged();
    }
  }

  private static FileKey fileKey(Iterable<RecipientStanza> stanzas, List<String> identities)
      throws GeneralSecurityException {
    for (String identity : identities) {
      RecipientStanzaReader reader =
          X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity);
      try {
        return reader.getFileKey(stanzas);
      } catch (GeneralSecurityException | RuntimeException e) {
        // on to the next one
      }
    }
    throw new NoIdentityFits();
  }

  static AgeException damaged() {
    return new AgeException(
        Problem.DAMAGED,
        "was cut off, or changed after it was encrypted: age cannot authenticate it");
  }
}
