package io.litestream.cli.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.litestream.core.check.Finding;
import io.litestream.core.check.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that was found out, for people and for programs. */
public final class CheckReport {

  /**
   * What has to be seen to first has the lowest code; 1 is for what could not be checked at all.
   */
  private static final List<Verdict> BY_EXIT_CODE =
      List.of(
          Verdict.OK,
          Verdict.NOTE,
          Verdict.DATABASE,
          Verdict.DENIED,
          Verdict.UNREACHABLE,
          Verdict.SETTINGS,
          Verdict.WRONG,
          Verdict.SPACE,
          Verdict.CLOCK);

  /**
   * One thing that was looked at.
   *
   * @param database empty for a replica that was given by its URL
   * @param replica the replica's name; empty for the database itself
   */
  private record Part(Optional<Path> database, Optional<String> replica, List<Finding> findings) {}

  private final List<Part> parts = new ArrayList<>();

  /** Adds what was found out about a database. */
  public void addDatabase(Path path, List<Finding> findings) {
    parts.add(new Part(Optional.of(path), Optional.empty(), List.copyOf(findings)));
  }

  /** Adds what was found out about a replica. */
  public void addReplica(Optional<Path> database, String name, List<Finding> findings) {
    parts.add(new Part(database, Optional.of(name), List.copyOf(findings)));
  }

  private Stream<Finding> findings() {
    return parts.stream().flatMap(part -> part.findings().stream());
  }

  /** 0 if nothing has to be done; else the code of the gravest failure. */
  public int exitCode() {
    return findings()
        .map(Finding::verdict)
        .filter(Verdict::isFailure)
        .mapToInt(BY_EXIT_CODE::indexOf)
        .min()
        .orElse(0);
  }

  /** Prints a block of lines for each database and replica. */
  public void printText(PrintStream out) {
    for (Part part : parts) {
      out.print(title(part) + "\n");
      for (Finding finding : part.findings()) {
        out.printf(
            Locale.ROOT,
            "  %-4s  %-12s  %s%s%n",
            mark(finding.verdict()),
            finding.subject(),
            finding.text(),
            finding.permission().map(permission -> "; it takes " + permission).orElse(""));
      }
    }
  }

  private static String title(Part part) {
    String database = part.database().map(Path::toString).orElse("");
    return part.replica()
        .map(name -> (database + " replica '" + name + "'").strip())
        .orElse(database);
  }

  private static String mark(Verdict verdict) {
    return switch (verdict) {
      case OK -> "ok";
      case NOTE -> "note";
      case DATABASE, DENIED, UNREACHABLE, SETTINGS, WRONG, SPACE, CLOCK -> "FAIL";
    };
  }

  /** Prints an object with everything. */
  public void printJson(PrintStream out) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("exit_code", exitCode());
      json.writeArrayFieldStart("findings");
      for (Part part : parts) {
        for (Finding finding : part.findings()) {
          write(json, part, finding);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    out.print(text + "\n");
  }

  private static void write(JsonGenerator json, Part part, Finding finding) throws IOException {
    json.writeStartObject();
    writeText(json, "database", part.database().map(Path::toString));
    writeText(json, "replica", part.replica());
    json.writeStringField("subject", finding.subject());
    json.writeStringField("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
    writeText(json, "code", finding.code());
    writeText(json, "permission", finding.permission());
    json.writeStringField("text", finding.text());
    json.writeEndObject();
  }

  private static void writeText(JsonGenerator json, String key, Optional<String> text)
      throws IOException {
    if (text.isPresent()) {
      json.writeStringField(key, text.get());
    }
  }
}
