package io.litestream.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.config.LogSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LineFormatTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Logger log = LoggerFactory.getLogger("io.litestream.test");

  private void configure(Level level, boolean json) {
    Logging.configure(
        new LogSettings(level, json, false),
        new PrintStream(bytes, false, StandardCharsets.UTF_8),
        ZoneOffset.UTC);
  }

  private String logged() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void writesFactsAsGoDoes() {
    configure(Level.INFO, false);

    log.atInfo()
        .addKeyValue("db", Path.of("/var/a b.db"))
        .addKeyValue("position", "4c994ccc40a5ba03/00000000:16512")
        .addKeyValue("elapsed", Duration.ofNanos(9_255_282))
        .addKeyValue("sz", 354L)
        .log("snapshot written");

    assertThat(logged())
        .matches("time=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=INFO .*\n")
        .endsWith(
            " level=INFO msg=\"snapshot written\" db=\"/var/a b.db\""
                + " position=4c994ccc40a5ba03/00000000:16512 elapsed=9.255282ms sz=354\n");
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "'', '\"\"'",
    "a b, '\"a b\"'",
    "a=b, '\"a=b\"'",
    "a\"b, '\"a\\\"b\"'",
    "a\\b, a\\b",
    "'a\\ b', '\"a\\\\ b\"'",
    "/path:1-2_3.4, /path:1-2_3.4",
    "'a\nb', '\"a\\nb\"'",
    "'a\tb', '\"a\\tb\"'",
    "'\u001b[31m', '\"\\x1b[31m\"'",
    "\u00fc, \u00fc",
    "'a\u00a0b', '\"a\\u00a0b\"'",
    "\ud83d\ude00, \ud83d\ude00",
  })
  void quotesAsGoDoes(String value, String written) {
    configure(Level.INFO, false);

    log.atInfo().addKeyValue("k", value).log("m");

    assertThat(logged()).endsWith(" msg=m k=" + written + "\n");
  }

  @Test
  void writesJsonAsGoDoes() {
    configure(Level.INFO, true);

    log.atWarn()
        .addKeyValue("db", Path.of("/a \"b\".db"))
        .addKeyValue("elapsed", Duration.ofMillis(2))
        .addKeyValue("sz", 354L)
        .addKeyValue("ok", true)
        .log("line\nend");

    assertThat(logged())
        .startsWith("{\"time\":\"")
        .endsWith(
            "\",\"level\":\"WARN\",\"msg\":\"line\\nend\",\"db\":\"/a \\\"b\\\".db\","
                + "\"elapsed\":2000000,\"sz\":354,\"ok\":true}\n");
  }

  @Test
  void anExceptionIsAFactAndItsStackIsForDebugging() {
    configure(Level.DEBUG, false);

    log.error("sync error", new IOException("disk full"));
    log.debug("details", new IOException("disk full"));

    assertThat(logged().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("msg=\"sync error\" error=\"disk full\""),
            line -> assertThat(line).contains("error=\"disk full\" stack=\"java.io.IOException"));
  }

  @Test
  void levelsBelowTheChosenOneAreNotWritten() {
    configure(Level.WARN, false);

    log.info("no");
    log.warn("yes");

    assertThat(logged().lines()).hasSize(1);
  }

  @Test
  void librariesDoNotDebug() {
    configure(Level.DEBUG, false);

    LoggerFactory.getLogger("com.example").debug("no");
    log.debug("yes");

    assertThat(logged().lines()).hasSize(1);
  }
}
