package io.litestream.core.age;

import static io.litestream.core.age.AgeTestKeys.BOTH;
import static io.litestream.core.age.AgeTestKeys.IDENTITY;
import static io.litestream.core.age.AgeTestKeys.OTHER_IDENTITY;
import static io.litestream.core.age.AgeTestKeys.OTHER_RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.READ_ONLY;
import static io.litestream.core.age.AgeTestKeys.RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.WRITE_ONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.age.AgeException.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeFilesTest {

  private static final int CHUNK = 64 << 10;
  private static final int TAG = 16;

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private static byte[] encrypt(byte[] content, AgeKeys keys) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AgeOutputStream age = new AgeOutputStream(out, keys)) {
      age.write(content);
      age.finish();
    }
    return out.toByteArray();
  }

  private static byte[] open(byte[] stored, AgeKeys keys) throws IOException {
    try (InputStream in = AgeFiles.open(new ByteArrayInputStream(stored), keys)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1_000_000})
  void decryptsWhatItHasEncrypted(int length) throws IOException {
    byte[] content = content(length);
    byte[] stored = encrypt(content, WRITE_ONLY);

    assertThat(open(stored, READ_ONLY)).isEqualTo(content);
    assertThat(AgeFiles.isEncrypted(new ByteArrayInputStream(stored))).isTrue();
  }

  @Test
  void everyRecipientCanRead() throws IOException {
    AgeKeys two = new AgeKeys(List.of(RECIPIENT, OTHER_RECIPIENT), List.of());
    byte[] stored = encrypt(content(1000), two);

    for (String identity : List.of(IDENTITY, OTHER_IDENTITY)) {
      assertThat(open(stored, new AgeKeys(List.of(), List.of(identity)))).isEqualTo(content(1000));
    }
  }

  @Test
  void findsTheIdentityThatFitsAmongOthers() throws IOException {
    byte[] stored = encrypt(content(1000), WRITE_ONLY);

    assertThat(open(stored, new AgeKeys(List.of(), List.of(OTHER_IDENTITY, IDENTITY))))
        .isEqualTo(content(1000));
  }

  @Test
  void nothingIsEncryptedTwiceTheSameWay() throws IOException {
    assertThat(encrypt(content(10), WRITE_ONLY)).isNotEqualTo(encrypt(content(10), WRITE_ONLY));
  }

  @Test
  void passesThroughWhatIsNotEncrypted() throws IOException {
    for (int length : new int[] {0, 1, 18, 19, 20, 100_000}) {
      assertThat(open(content(length), BOTH)).isEqualTo(content(length));
      assertThat(AgeFiles.isEncrypted(new ByteArrayInputStream(content(length)))).isFalse();
    }
  }

  @Test
  void saysThatThereIsNoIdentity() throws IOException {
    assertProblem(encrypt(content(10), WRITE_ONLY), WRITE_ONLY, Problem.NO_IDENTITY);
  }

  @Test
  void saysThatNoIdentityFitsAndShowsNone() throws IOException {
    byte[] stored = encrypt(content(10), WRITE_ONLY);
    AgeKeys other = new AgeKeys(List.of(), List.of(OTHER_IDENTITY));

    assertProblem(stored, other, Problem.OTHER_KEY);
    assertThatThrownBy(() -> open(stored, other))
        .hasNoCause()
        .hasNoSuppressedExceptions()
        .hasMessage("is encrypted with age for others than the one identity that is configured");
  }

  @Test
  void findsEveryCut() throws IOException {
    byte[] stored = encrypt(content(2 * CHUNK + 50), WRITE_ONLY);
    int header = stored.length - (2 * CHUNK + 50 + 3 * TAG);
    for (int end = 19; end < header + 200; end++) {
      assertProblem(Arrays.copyOf(stored, end), READ_ONLY, Problem.DAMAGED, Problem.OTHER_KEY);
    }
    for (int end :
        new int[] {
          header + CHUNK + TAG,
          header + CHUNK + TAG + 1,
          header + 2 * (CHUNK + TAG),
          header + 2 * (CHUNK + TAG) + TAG,
          stored.length - 1
        }) {
      assertProblem(Arrays.copyOf(stored, end), READ_ONLY, Problem.DAMAGED);
    }
  }

  @Test
  void findsTheCutWhenWhatIsLeftEndsWithAFullChunk() throws IOException {
    byte[] stored = encrypt(content(CHUNK), WRITE_ONLY);

    assertThat(open(stored, READ_ONLY)).hasSize(CHUNK);
    assertProblem(
        Arrays.copyOf(encrypt(content(2 * CHUNK), WRITE_ONLY), stored.length),
        READ_ONLY,
        Problem.DAMAGED);
  }

  @Test
  void findsEveryChangedByte() throws IOException {
    byte[] stored = encrypt(content(300), WRITE_ONLY);
    for (int at = 19; at < stored.length; at++) {
      byte[] changed = stored.clone();
      changed[at] ^= 1;
      // Which key it is for is in the header; changed there, it is for nobody.
      assertProblem(changed, READ_ONLY, Problem.DAMAGED, Problem.OTHER_KEY);
    }
  }

  @Test
  void findsBytesThatFollow() throws IOException {
    byte[] stored = encrypt(content(300), WRITE_ONLY);

    assertProblem(Arrays.copyOf(stored, stored.length + 1), READ_ONLY, Problem.DAMAGED);
  }

  @Test
  void whatWasNotFinishedReadsAsCutOff() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AgeOutputStream age = new AgeOutputStream(out, WRITE_ONLY)) {
      age.write(content(CHUNK + 1));
    }

    assertProblem(out.toByteArray(), READ_ONLY, Problem.DAMAGED);
  }

  @Test
  void holdsNoMoreThanTwoChunks() throws IOException {
    int room = 2 * (CHUNK + TAG) + 1024;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AgeOutputStream age = new AgeOutputStream(out, WRITE_ONLY)) {
      byte[] part = content(10_000);
      for (int written = part.length; written < 2_000_000; written += part.length) {
        age.write(part);
        assertThat(written - out.size()).isLessThan(room);
      }
      age.finish();
    }

    ByteArrayInputStream stored = new ByteArrayInputStream(out.toByteArray());
    int size = stored.available();
    try (InputStream in = AgeFiles.open(stored, READ_ONLY)) {
      byte[] part = new byte[1000];
      int read = 0;
      for (int got = in.read(part); got >= 0; got = in.read(part)) {
        read += got;
        assertThat(size - stored.available() - read).isLessThan(room);
      }
    }
  }

  @Test
  void aFailureOfTheSourceIsNoDamage() throws IOException {
    byte[] stored = encrypt(content(2 * CHUNK), WRITE_ONLY);
    InputStream breaking =
        new FilterInputStream(new ByteArrayInputStream(stored)) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (available() < CHUNK) {
              throw new IOException("connection reset");
            }
            return super.read(bytes, offset, length);
          }
        };

    assertThatThrownBy(() -> AgeFiles.open(breaking, READ_ONLY).readAllBytes())
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(AgeException.class)
        .hasMessage("connection reset");
  }

  private static void assertProblem(byte[] stored, AgeKeys keys, Problem... problems) {
    assertThatThrownBy(() -> open(stored, keys))
        .isInstanceOfSatisfying(
            AgeException.class, e -> assertThat(e.problem()).isIn((Object[]) problems));
  }
}
