package io.litestream.cli.config;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.slf4j.event.Level;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads configuration files. Every problem is reported with line and column; none is skipped. */
public final class ConfigurationReader {

  /** Far beyond ten thousand databases; a larger file is not a configuration. */
  static final int MAX_SIZE = 16 << 20;

  private final Variables variables;
  private final HomePath paths;
  private final ReplicaStores stores;

  /**
   * @param environment for variables in the file
   * @param expand whether variables are replaced at all
   */
  public ConfigurationReader(
      Map<String, String> environment, boolean expand, HomePath paths, ReplicaStores stores) {
    this.variables = new Variables(environment, expand);
    this.paths = paths;
    this.stores = stores;
  }

  /**
   * Reads a file.
   *
   * @throws ConfigurationException if it is missing, cannot be read, is no YAML, or says something
   *     that is not known
   */
  public Configuration read(Path file) throws ConfigurationException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_SIZE + 1);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("config file not found: " + file, e);
    } catch (AccessDeniedException e) {
      throw new ConfigurationException(
          "config file " + file + " may not be read by this user; check its permissions", e);
    } catch (IOException e) {
      throw new ConfigurationException(
          Files.isDirectory(file)
              ? "config file " + file + " is a directory"
              : "config file " + file + " cannot be read: " + e.getMessage(),
          e);
    }
    return read(file.toString(), bytes);
  }

  /** Reads what is in a file of that name. */
  Configuration read(String file, byte[] bytes) throws ConfigurationException {
    if (bytes.length > MAX_SIZE) {
      throw new ConfigurationException(
          "config file " + file + " is larger than " + (MAX_SIZE >> 20) + " MiB", null);
    }
    String text = decode(file, bytes);
    YamlMapping top =
        YamlMapping.of(
            file, variables, "the configuration", compose(file, variables.mark(text)).orElse(null));
    Map<String, String> fallback = new HashMap<>();
    for (String key : ReplicaReading.CREDENTIALS) {
      top.text(key).ifPresent(value -> fallback.put(key, value));
    }
    Optional<String> exec = top.text("exec").filter(command -> !command.isBlank());
    LogSettings logging = logging(top.mapping("logging", "'logging'"));
    Monitoring monitoring = monitoring(top);
    ControlSettings control = control(top.mapping("socket", "'socket'"));
    List<YamlMapping> dbs = top.mappings("dbs", "a database");
    top.rejectUnread();

    ReplicaReading replicas = new ReplicaReading(paths, stores, Map.copyOf(fallback));
    Map<Path, DatabaseOptions> databases = new LinkedHashMap<>();
    List<DatabaseDirectory> directories = new ArrayList<>();
    for (YamlMapping db : dbs) {
      if (db.has("dir")) {
        directories.add(directory(db, replicas));
        continue;
      }
      DatabaseOptions database = database(db, replicas);
      if (databases.putIfAbsent(database.path(), database) != null) {
        throw db.problem("path", "is given twice: " + database.path());
      }
    }
    return new Configuration(
        exec, logging, monitoring, control, new ArrayList<>(databases.values()), directories);
  }

  private String decode(String file, byte[] bytes) throws ConfigurationException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigurationException("config file " + file + " is not UTF-8 text", e);
    }
    if (variables.isAmbiguous(text)) {
      throw new ConfigurationException(
          "config file "
              + file
              + " holds characters that Unicode leaves for private use (U+E000 to U+E17F)",
          null);
    }
    return text;
  }

  private static Optional<Node> compose(String file, String text) throws ConfigurationException {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setCodePointLimit(MAX_SIZE)
            .setAllowNonScalarKeys(true)
            .build();
    try {
      return new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      // Not the exception's own message: it quotes the line, which may hold a secret.
      throw new ConfigurationException(
          Place.of(file, e.getProblemMark()), "not valid YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new ConfigurationException(
          "config file " + file + " is not valid YAML: " + firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static Monitoring monitoring(YamlMapping top) throws ConfigurationException {
    Optional<String> text = top.text("addr").filter(addr -> !addr.isEmpty());
    Optional<ListenAddress> addr = Optional.empty();
    if (text.isPresent()) {
      try {
        addr = Optional.of(ListenAddress.parse(text.get()));
      } catch (IllegalArgumentException e) {
        throw top.problem("addr", "cannot be '" + text.get() + "': " + e.getMessage());
      }
    }
    Duration maxLag = top.positiveDuration("max-lag").orElse(Monitoring.DEFAULT_MAX_LAG);
    boolean checkOnStart = top.flag("check-on-start", true);
    Duration interval =
        top.duration("heartbeat-interval").orElse(Monitoring.DEFAULT_HEARTBEAT_INTERVAL);
    if (interval.compareTo(Monitoring.MIN_HEARTBEAT_INTERVAL) < 0) {
      throw top.problem("heartbeat-interval", "is one minute or longer");
    }
    return new Monitoring(addr, maxLag, checkOnStart, heartbeatUrl(top), interval);
  }

  /** Never quoted: the path tells who may call. */
  private static Optional<URI> heartbeatUrl(YamlMapping top) throws ConfigurationException {
    Optional<String> text = top.text("heartbeat-url").filter(url -> !url.isEmpty());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text.get());
      if (Set.of("http", "https").contains(String.valueOf(url.getScheme()))
          && url.getHost() != null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      // Said below. The exception quotes the URL.
    }
    throw top.problem("heartbeat-url", "is a URL that begins with https:// or http://");
  }

  private ControlSettings control(YamlMapping socket) throws ConfigurationException {
    boolean enabled = socket.flag("enabled");
    String permissions = socket.text("permissions").orElse(ControlSettings.DEFAULT_PERMISSIONS);
    try {
      Path path =
          paths.resolve(
              socket
                  .text("path")
                  .filter(text -> !text.isEmpty())
                  .orElse(ControlSettings.DEFAULT_PATH));
      socket.rejectUnread();
      return new ControlSettings(enabled, path, ControlSettings.parse(permissions));
    } catch (InvalidPathException e) {
      throw socket.problem("path", "cannot be a path: " + e.getReason());
    } catch (IllegalArgumentException e) {
      throw socket.problem("permissions", "cannot be '" + permissions + "': it " + e.getMessage());
    }
  }

  private static LogSettings logging(YamlMapping logging) throws ConfigurationException {
    Level level = Level.INFO;
    Optional<String> name = logging.text("level").filter(text -> !text.isEmpty());
    if (name.isPresent()) {
      level =
          LogSettings.level(name.get())
              .orElseThrow(
                  () ->
                      logging.problem(
                          "level", "is " + LogSettings.LEVELS + ", not '" + name.get() + "'"));
    }
    String type = logging.text("type").filter(text -> !text.isEmpty()).orElse("text");
    if (!type.equals("text") && !type.equals("json")) {
      throw logging.problem("type", "is text or json, not '" + type + "'");
    }
    boolean stderr = logging.flag("stderr");
    logging.rejectUnread();
    return new LogSettings(level, type.equals("json"), stderr);
  }

  private DatabaseOptions database(YamlMapping db, ReplicaReading replicas)
      throws ConfigurationException {
    Path path;
    Path metaPath;
    try {
      path = paths.resolve(db.requiredText("path"));
      metaPath = DatabaseOptions.defaultMetaPath(path);
    } catch (InvalidPathException e) {
      throw db.problem("path", "cannot be a path: " + e.getReason());
    } catch (IllegalArgumentException e) {
      throw db.problem("path", "is " + e.getMessage());
    }
    try {
      metaPath =
          db.text("meta-path").filter(t -> !t.isEmpty()).map(paths::resolve).orElse(metaPath);
    } catch (InvalidPathException e) {
      throw db.problem("meta-path", "cannot be a path: " + e.getReason());
    }
    return options(db, path, metaPath, replicas);
  }

  private DatabaseDirectory directory(YamlMapping db, ReplicaReading replicas)
      throws ConfigurationException {
    for (String other : List.of("path", "meta-path")) {
      if (db.has(other)) {
        throw db.problem(other, "and 'dir' exclude each other; keep one of them");
      }
    }
    String pattern = db.requiredText("pattern");
    try {
      Path path = paths.resolve(db.requiredText("dir"));
      path.getFileSystem().getPathMatcher("glob:" + pattern);
      boolean recursive = db.flag("recursive");
      boolean watch = db.flag("watch");
      // Its meta directory is never used: each database has one beside it.
      DatabaseOptions options = options(db, path, path, replicas);
      return new DatabaseDirectory(options.path(), pattern, recursive, watch, options);
    } catch (PatternSyntaxException e) {
      throw db.problem("pattern", "cannot be '" + pattern + "': " + e.getDescription());
    } catch (InvalidPathException e) {
      throw db.problem("dir", "cannot be a path: " + e.getReason());
    }
  }

  /** What databases and directories of them have in common. */
  private static DatabaseOptions options(
      YamlMapping db, Path path, Path metaPath, ReplicaReading replicas)
      throws ConfigurationException {
    Duration monitor =
        db.positiveDuration("monitor-interval").orElse(DatabaseOptions.DEFAULT_MONITOR_INTERVAL);
    Duration checkpoint =
        db.duration("checkpoint-interval").orElse(DatabaseOptions.DEFAULT_CHECKPOINT_INTERVAL);
    Optional<Integer> minPages = db.positiveInteger("min-checkpoint-page-count");
    Optional<Integer> maxPages = db.positiveInteger("max-checkpoint-page-count");
    List<YamlMapping> replicaMappings = db.mappings("replicas", "a replica");
    db.rejectUnread();
    if (replicaMappings.isEmpty()) {
      throw new ConfigurationException(db.placeOf("replicas"), "no replicas are given for " + path);
    }
    // One of the two alone moves the other, so that it keeps its meaning.
    int max = maxPages.orElse(DatabaseOptions.DEFAULT_MAX_CHECKPOINT_PAGES);
    int min = minPages.orElse(Math.min(max, DatabaseOptions.DEFAULT_MIN_CHECKPOINT_PAGES));
    if (maxPages.isEmpty()) {
      max = Math.max(min, max);
    }
    if (max < min) {
      throw db.problem(
          "max-checkpoint-page-count",
          "must not be less than 'min-checkpoint-page-count': " + max + " and " + min);
    }
    return new DatabaseOptions(
        path,
        metaPath,
        monitor,
        checkpoint,
        min,
        max,
        DatabaseOptions.DEFAULT_BUSY_TIMEOUT,
        replicas.readAll(replicaMappings));
  }
}
