package io.litestream.example;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedReplicationTest {

  private static final Path README = Path.of("..", "README.md");
  private static final Path EXAMPLE =
      Path.of("src/test/java/io/litestream/example/EmbeddedReplication.java");

  @TempDir Path directory;

  private static int events(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM event")) {
      return count.getInt(1);
    }
  }

  @Test
  void restoresWhatTheApplicationCommitted() throws Exception {
    Path database = directory.resolve("app.db");
    String url = "file://" + directory.resolve("replica");
    for (int run = 1; run <= 2; run++) {
      Path restored = directory.resolve("restored-" + run + ".db");
      EmbeddedReplication.main(new String[] {database.toString(), url, restored.toString()});

      assertThat(events(restored)).isEqualTo(100 * run);
    }
  }

  @Test
  void theReadmeShowsWhatIsTestedHere() throws IOException {
    String example = withoutIndentation(Files.readString(EXAMPLE));
    List<String> blocks =
        Pattern.compile("(?s)```java\\n(.*?)```")
            .matcher(Files.readString(README))
            .results()
            .map((MatchResult block) -> withoutIndentation(block.group(1)))
            .toList();

    assertThat(blocks).hasSize(2).allSatisfy(block -> assertThat(example).contains(block));
  }

  private static String withoutIndentation(String code) {
    return code.lines().map(String::strip).collect(joining("\n"));
  }
}
