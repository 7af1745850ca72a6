package io.litestream.cli.config;

import io.litestream.core.age.AgeKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Turns the age keys of one replica, as configured, into values. Says nothing of an identity. */
final class AgeReading {

  /** Some hundred keys with comments; a larger file is something else. */
  private static final int MAX_FILE_SIZE = 64 << 10;

  private final HomePath paths;

  AgeReading(HomePath paths) {
    this.paths = paths;
  }

  AgeKeys read(YamlMapping replica) throws ConfigurationException {
    YamlMapping age = replica.mapping("age", "'age'");
    List<String> recipients = new ArrayList<>();
    for (YamlMapping.Item item : age.items("recipients")) {
      recipients.addAll(keys("recipients", item, AgeKeys::recipientsIn));
    }
    List<String> identities = new ArrayList<>();
    for (YamlMapping.Item item : age.items("identities")) {
      identities.addAll(keys("identities", item, AgeKeys::identitiesIn));
    }
    for (YamlMapping.Item item : age.items("identity-files")) {
      identities.addAll(identitiesOf(item));
    }
    age.rejectUnread();
    return new AgeKeys(recipients, identities);
  }

  /** An item may hold several lines: an environment variable may be the content of a file. */
  private static List<String> keys(
      String key, YamlMapping.Item item, Function<String, List<String>> parser)
      throws ConfigurationException {
    try {
      return parser.apply(item.text());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          item.place(), "'" + key + "' " + e.getMessage() + hint(item));
    }
  }

  private static String hint(YamlMapping.Item item) {
    return item.text().isEmpty() ? item.hint() : "";
  }

  private List<String> identitiesOf(YamlMapping.Item item) throws ConfigurationException {
    if (item.text().isEmpty()) {
      throw new ConfigurationException(
          item.place(), "'identity-files' holds an empty path" + item.hint());
    }
    Path file;
    try {
      file = paths.resolve(item.text());
    } catch (InvalidPathException e) {
      throw new ConfigurationException(
          item.place(), "'identity-files' holds what cannot be a path: " + e.getReason());
    }
    try {
      return AgeKeys.identitiesIn(content(file));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          item.place(), "identity file " + file + " " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          item.place(), "identity file " + file + " " + reason(file, e));
    }
  }

  private static String content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_FILE_SIZE + 1);
      if (bytes.length > MAX_FILE_SIZE) {
        throw new IllegalArgumentException("is larger than 64 KiB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static String reason(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return "does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "may not be read by this user; check its permissions";
    }
    return Files.isDirectory(file) ? "is a directory" : "cannot be read: " + e.getMessage();
  }
}
