package io.litestream.core.age;

import static io.litestream.core.age.AgeTestKeys.IDENTITY;
import static io.litestream.core.age.AgeTestKeys.READ_ONLY;
import static io.litestream.core.age.AgeTestKeys.RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.WRITE_ONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code age} program reads what is written here, and the other way round. */
@EnabledIfEnvironmentVariable(
    named = "LITESTREAM_TEST_AGE",
    matches = ".+",
    disabledReason = "LITESTREAM_TEST_AGE does not name the age program")
class AgeProgramTest {

  @TempDir Path directory;

  private Path out() {
    return directory.resolve("out");
  }

  private byte[] content(int length) throws IOException {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    Files.write(directory.resolve("content"), content);
    return content;
  }

  /** Its output goes to {@code out}: for an empty one, {@code -o} makes no file. */
  private void age(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getenv("LITESTREAM_TEST_AGE")));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectOutput(out().toFile()).start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 5_000_000})
  void theProgramDecryptsWhatIsEncryptedHere(int length) throws Exception {
    byte[] content = content(length);
    Path stored = directory.resolve("stored");
    try (AgeOutputStream out = new AgeOutputStream(Files.newOutputStream(stored), WRITE_ONLY)) {
      out.write(content);
      out.finish();
    }
    Path key = Files.writeString(directory.resolve("key"), IDENTITY + "\n");

    age("-d", "-i", key.toString(), stored.toString());

    assertThat(out()).hasBinaryContent(content);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 5_000_000})
  void whatTheProgramEncryptsIsDecryptedHere(int length) throws Exception {
    byte[] content = content(length);

    age("-r", RECIPIENT, directory.resolve("content").toString());

    try (InputStream in = AgeFiles.open(Files.newInputStream(out()), READ_ONLY)) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
  }
}
