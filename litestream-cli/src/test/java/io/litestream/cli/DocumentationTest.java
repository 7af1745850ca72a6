package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** The documents name every command and option there is, and their links lead somewhere. */
class DocumentationTest {

  private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  private static String read(String name) throws IOException {
    return Files.readString(ROOT.resolve(name));
  }

  @ParameterizedTest
  @EnumSource
  void everyCommandIsExplainedAndIsInTheReadme(CommandName name) throws IOException {
    assertThat(explanation(name)).isNotEmpty();
    assertThat(read("README.md")).contains("`" + name.text() + "`");
  }

  @ParameterizedTest
  @EnumSource
  void everyOptionIsExplained(CommandName name) throws IOException {
    String explanation = explanation(name);
    for (var option : new CommandLine(name.create()).getCommandSpec().options()) {
      String shortest = option.shortestName();
      assertThat(explanation).as("of %s", name.text()).containsPattern("`" + shortest + "\\b");
    }
  }

  /** What holds for all commands, and the document that the table of commands leads to. */
  private static String explanation(CommandName name) throws IOException {
    String commands = read("docs/commands.md");
    Matcher row =
        Pattern.compile("(?m)^\\| \\[`" + name.text() + "`\\]\\(([^#)]*)").matcher(commands);
    assertThat(row.find()).as("a row for %s in docs/commands.md", name.text()).isTrue();
    return row.group(1).isEmpty() ? commands : commands + read("docs/" + row.group(1));
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        if (!link.group(1).contains("://") && !leadsSomewhere(document, link.group(1))) {
          broken.add(ROOT.relativize(document) + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  private static boolean leadsSomewhere(Path document, String link) throws IOException {
    String path = link.replaceFirst("#.*", "");
    Path target = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    String anchor = link.contains("#") ? link.substring(link.indexOf('#') + 1) : "";
    return Files.exists(target) && (anchor.isEmpty() || anchors(target).contains(anchor));
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path document) throws IOException {
    return HEADING
        .matcher(Files.readString(document))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{Alnum} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
