package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.config.HomePath;
import io.litestream.cli.process.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the command in this process, and keeps what it prints. */
final class CommandLineRun {

  static final Instant NOW = Instant.parse("2026-11-23T00:01:00Z");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private final CompletableFuture<Consumer<StopSignal>> listener = new CompletableFuture<>();
  private final Path home;
  private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

  CommandLineRun(Path home) {
    this.home = home;
  }

  CommandLineRun with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Lets the command see another time than {@link #NOW}. */
  CommandLineRun at(Clock other) {
    clock = other;
    return this;
  }

  int run(Object... args) {
    Surroundings surroundings =
        new Surroundings(
            environment,
            new HomePath(home),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            (first, beforeAbort) -> listener.complete(first),
            clock,
            ZoneOffset.UTC);
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    return new Program(surroundings).run(texts);
  }

  /**
   * Waits until it has printed, as an error or in its log, what an expression finds; fails if it
   * ends before.
   *
   * @param code what it ends with
   */
  Matcher awaitErr(String expression, CompletableFuture<Integer> code) throws Exception {
    Matcher found = Pattern.compile(expression).matcher("");
    Wait.until(
        expression,
        Wait.LIMIT,
        this::err,
        () -> {
          boolean ended = code.isDone();
          if (found.reset(err()).find()) {
            return true;
          }
          assertThat(ended).as("ends before '%s': %s", expression, err()).isFalse();
          return false;
        });
    return found;
  }

  /** Sends a signal, as soon as the command would notice it. */
  void send(StopSignal signal) {
    listener.join().accept(signal);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
