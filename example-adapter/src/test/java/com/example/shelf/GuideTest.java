package com.example.shelf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide shows what is compiled and tested here, and all of the adapter. */
class GuideTest {

  private static final Path GUIDE = Path.of("..", "docs", "writing-an-adapter.md");

  private static List<String> blocks() throws IOException {
    return Pattern.compile("(?s)```java\\n(.*?)```")
        .matcher(Files.readString(GUIDE))
        .results()
        .map(block -> withoutIndentation(block.group(1).lines()))
        .toList();
  }

  private static List<Path> sources(String tree) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src", tree, "java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static String withoutIndentation(Stream<String> lines) {
    return lines.map(String::strip).collect(Collectors.joining("\n"));
  }

  @Test
  void everyBlockIsPartOfASource() throws IOException {
    var sources = new StringBuilder();
    for (String tree : List.of("main", "test")) {
      for (Path source : sources(tree)) {
        sources.append(withoutIndentation(Files.readString(source).lines())).append('\n');
      }
    }
    assertThat(blocks())
        .isNotEmpty()
        .allSatisfy(block -> assertThat(sources.toString()).contains(block));
  }

  @Test
  void everyLineOfTheAdapterIsShown() throws IOException {
    List<String> shown = blocks().stream().flatMap(String::lines).toList();
    for (Path source : sources("main")) {
      if (!source.endsWith("package-info.java")) {
        assertThat(shown)
            .as("lines of %s that the guide shows", source)
            .containsAll(
                Files.readString(source)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.startsWith("package ") && !line.startsWith("import "))
                    .toList());
      }
    }
  }
}
