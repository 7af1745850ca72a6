package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process of its own that is in the middle of a restore, and stays there until it is killed. */
final class RestoringProcess implements AutoCloseable {

  private final Process process;
  private final Path temporary;

  private RestoringProcess(Process process, Path temporary) {
    this.process = process;
    this.temporary = temporary;
  }

  /** Returns when its temporary file is there, and is not empty. */
  static RestoringProcess start(Path output) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                RestoringProcess.class.getName(),
                output.toString())
            .redirectErrorStream(true)
            .start();
    var lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = lines.readLine();
    assertThat(line).startsWith(String.valueOf(output.getParent()));
    return new RestoringProcess(process, Path.of(line));
  }

  Path temporary() {
    return temporary;
  }

  /** As kill -9 does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it dies").isTrue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** What the process does. */
  public static void main(String[] args) throws IOException {
    try (Target target = Target.create(Path.of(args[0]))) {
      target.channel().write(ByteBuffer.allocate(4096));
      System.out.println(target.temporary());
      System.out.flush();
      assertThat(System.in.read()).isNegative();
    }
  }
}
