package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.LeaseOptions;
import io.litestream.core.LeaseOptions.Mode;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.RetentionOptions;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.retention.RetentionRules;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

class ConfigurationReaderTest {

  /** Keys of nobody, made by {@code age-keygen} for tests. */
  private static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";

  private static final String IDENTITY =
      "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";

  private static final String SECRET = "wJalrXUtnFEMI";

  private static final Map<String, String> ENVIRONMENT =
      Map.of("DIR", "/data", "ODD", "/a: #b", "KEY", SECRET);

  private static Configuration read(String yaml) throws IOException {
    return reader(true).read("l.yml", yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static ConfigurationReader reader(boolean expand) throws IOException {
    return new ConfigurationReader(
        ENVIRONMENT, expand, new HomePath(Path.of("/home/me")), FileType.stores("file"));
  }

  private static DatabaseOptions onlyDatabase(String yaml) throws IOException {
    Configuration configuration = read(yaml);
    assertThat(configuration.databases()).hasSize(1);
    return configuration.databases().get(0);
  }

  @Test
  void readsEveryKeyOfADatabase() throws IOException {
    DatabaseOptions database =
        onlyDatabase(
            """
            exec: "myapp -port 8080"
            access-key-id: unused
            secret-access-key: unused
            logging:
              level: debug
              type: json
              stderr: true
            dbs:
              - path: ~/app.db
                meta-path: /var/meta
                monitor-interval: 250ms
                checkpoint-interval: 1h30m
                min-checkpoint-page-count: 10
                max-checkpoint-page-count: 20
                replicas:
                  - type: file
                    name: near
                    path: ~/replica
                    sync-interval: 1.5s
                  - url: file:///far
            """);

    assertThat(database.path()).isEqualTo(Path.of("/home/me/app.db"));
    assertThat(database.metaPath()).isEqualTo(Path.of("/var/meta"));
    assertThat(database.monitorInterval()).isEqualTo(Duration.ofMillis(250));
    assertThat(database.checkpointInterval()).isEqualTo(Duration.ofMinutes(90));
    assertThat(database.minCheckpointPages()).isEqualTo(10);
    assertThat(database.maxCheckpointPages()).isEqualTo(20);
    assertThat(database.replicas())
        .containsExactly(
            new ReplicaOptions(
                "near", "file", Map.of("path", "/home/me/replica"), Duration.ofMillis(1500)),
            new ReplicaOptions(
                "file", "file", Map.of("path", "/far"), ReplicaOptions.DEFAULT_SYNC_INTERVAL));
  }

  @Test
  void readsTheTopOfTheFile() throws IOException {
    Configuration configuration =
        read("exec: sleep 1\nlogging: {level: WARN, type: json, stderr: true}\n");

    assertThat(configuration.exec()).contains("sleep 1");
    assertThat(configuration.logging()).isEqualTo(new LogSettings(Level.WARN, true, true));
    assertThat(configuration.databases()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "dbs:", "dbs: []", "{}", "~"})
  void anEmptyFileHasNoDatabases(String yaml) throws IOException {
    assertThat(read(yaml))
        .isEqualTo(
            new Configuration(
                Optional.empty(),
                new LogSettings(Level.INFO, false, false),
                Monitoring.DEFAULT,
                ControlSettings.OFF,
                List.of(),
                List.of()));
  }

  @Test
  void readsTheControlSocket() throws IOException {
    ControlSettings control =
        read("socket: {enabled: true, path: ~/run/l.sock, permissions: 0660}").control();

    assertThat(control.enabled()).isTrue();
    assertThat(control.path()).isEqualTo(Path.of("/home/me/run/l.sock"));
    assertThat(PosixFilePermissions.toString(control.permissions())).isEqualTo("rw-rw----");
    assertThat(read("socket: {}").control()).isEqualTo(ControlSettings.OFF);
    assertThat(PosixFilePermissions.toString(ControlSettings.OFF.permissions()))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @CsvSource({
    "0666, would let every user of this machine control litestream",
    "0604, would let every user of this machine control litestream",
    "600, is written in octal",
    "0900, is written in octal",
    "rw-------, is written in octal"
  })
  void theControlSocketIsForItsOwnerAndGroupAlone(String permissions, String problem) {
    assertThatThrownBy(() -> read("socket: {permissions: " + permissions + "}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("l.yml:1:")
        .hasMessageContaining("'permissions' cannot be '" + permissions + "': it " + problem);
  }

  @ParameterizedTest
  @CsvSource({"off, OFF", "on, ON", "required, REQUIRED"})
  void readsALease(String mode, Mode expected) throws IOException {
    DatabaseOptions database =
        onlyDatabase(
            "dbs: [{path: /a, replicas: [{path: /r, lease: " + mode + ", lease-ttl: 2m}]}]");

    assertThat(database.replicas().get(0).lease())
        .isEqualTo(new LeaseOptions(expected, Duration.ofMinutes(2)));
  }

  @ParameterizedTest
  @CsvSource({
    "lease: yes, is off; on or required",
    "lease-ttl: 500ms, is from 1s to 1h",
    "lease-ttl: 2h, is from 1s to 1h"
  })
  void refusesALeaseThatMakesNoSense(String key, String problem) {
    assertThatThrownBy(() -> read("dbs: [{path: /a, replicas: [{path: /r, " + key + "}]}]"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(problem.replace(';', ','));
  }

  @Test
  void fillsInDefaults() throws IOException {
    DatabaseOptions database = onlyDatabase("dbs: [{path: /a.db, replicas: [{path: /r}]}]");

    assertThat(database)
        .isEqualTo(
            DatabaseOptions.of(
                Path.of("/a.db"),
                new ReplicaOptions(
                    "file", "file", Map.of("path", "/r"), ReplicaOptions.DEFAULT_SYNC_INTERVAL)));
  }

  @Test
  void oneCheckpointLimitMovesTheOther() throws IOException {
    DatabaseOptions small =
        onlyDatabase("dbs: [{path: /a, max-checkpoint-page-count: 5, replicas: [{path: /r}]}]");
    DatabaseOptions large =
        onlyDatabase("dbs: [{path: /a, min-checkpoint-page-count: 50000, replicas: [{path: /r}]}]");

    assertThat(small.minCheckpointPages()).isEqualTo(5);
    assertThat(large.maxCheckpointPages()).isEqualTo(50000);
  }

  @Test
  void expandsVariablesWhereverTheyStand() throws IOException {
    DatabaseOptions database =
        onlyDatabase(
            "dbs: [{path: ${DIR}/a.db, meta-path: \"$DIR/m\", replicas: [{path: ${ODD}}]}]");

    assertThat(database.path()).isEqualTo(Path.of("/data/a.db"));
    assertThat(database.metaPath()).isEqualTo(Path.of("/data/m"));
    assertThat(database.replicas().get(0).settings()).containsEntry("path", "/a: #b");
  }

  @Test
  void leavesVariablesAloneOnRequest() throws IOException {
    Configuration configuration =
        reader(false)
            .read(
                "l.yml",
                "dbs: [{path: /$DIR/a.db, replicas: [{path: /r}]}]"
                    .getBytes(StandardCharsets.UTF_8));

    assertThat(configuration.databases().get(0).path()).isEqualTo(Path.of("/$DIR/a.db"));
  }

  @Test
  void mergesAnchors() throws IOException {
    Configuration configuration =
        read(
            """
            dbs:
              - &first
                path: /a.db
                monitor-interval: 2s
                replicas: [{path: /r}]
              - <<: *first
                path: /b.db
            """);

    assertThat(configuration.databases().get(1).path()).isEqualTo(Path.of("/b.db"));
    assertThat(configuration.databases().get(1).monitorInterval()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void readsHowToBeWatched() throws IOException {
    Monitoring monitoring =
        read("""
                addr: 127.0.0.1:9090
                max-lag: 90s
                check-on-start: false
                heartbeat-url: https://hc.example/ping/$KEY
                heartbeat-interval: 2m
                """)
            .monitoring();

    assertThat(monitoring)
        .isEqualTo(
            new Monitoring(
                Optional.of(new ListenAddress("127.0.0.1", 9090)),
                Duration.ofSeconds(90),
                false,
                Optional.of(URI.create("https://hc.example/ping/" + SECRET)),
                Duration.ofMinutes(2)));
    assertThat(monitoring.toString()).contains("hc.example").doesNotContain(SECRET);
  }

  @Test
  void letsThroughWhatAsksForNothing() throws IOException {
    DatabaseOptions database =
        onlyDatabase(
            """
            addr: ""
            dbs:
              - path: /a.db
                replicas:
                  - path: /r
                    retention: 0
                    snapshot-interval: 0s
                    validation-interval: 0
                    age: {identities: [], recipients: []}
            """);

    assertThat(database.replicas()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          dbs: foo                                | l.yml:1:6: 'dbs' is a list
          dbs: [                                  | l.yml:1:7: not valid YAML
          dbs: [1]                                | l.yml:1:7: a database is written as 'key: value' lines, not as a single value
          - dbs                                   | l.yml:1:1: the configuration is written as 'key: value' lines, not as a list
          dbss: []                                | l.yml:1:1: unknown key 'dbss' in the configuration; did you mean 'dbs'?
          zzzzzz: 1                               | l.yml:1:1: unknown key 'zzzzzz' in the configuration
          exec: [a]                               | l.yml:1:7: 'exec' takes one value, not a list
          {dbs: [], dbs: []}                      | l.yml:1:11: 'dbs' is given twice in the configuration
          {[a]: 1}                                | l.yml:1:2: a key must be a plain word
          addr: '9090'                            | l.yml:1:7: 'addr' cannot be '9090': an address is written as host:port
          heartbeat-interval: 59s                 | l.yml:1:21: 'heartbeat-interval' is one minute or longer
          heartbeat-url: ftp://a/b                | l.yml:1:16: 'heartbeat-url' is a URL that begins with https:// or http://
          heartbeat-url: 'https://a b'            | l.yml:1:16: 'heartbeat-url' is a URL that begins with https:// or http://
          max-lag: 0                              | l.yml:1:10: 'max-lag' must be longer than zero
          logging: {level: loud}                  | l.yml:1:18: 'level' is trace, debug, info, warn or error, not 'loud'
          logging: {type: xml}                    | l.yml:1:17: 'type' is text or json, not 'xml'
          logging: {stderr: yes}                  | l.yml:1:19: 'stderr' is true or false, not 'yes'
          logging: {levell: info}                 | l.yml:1:11: unknown key 'levell' in 'logging'; did you mean 'level'?
          dbs: [{replicas: [{path: /r}]}]         | l.yml:1:7: a database needs a 'path'
          dbs: [{pth: /a, replicas: []}]          | l.yml:1:8: unknown key 'pth' in a database; did you mean 'path'?
          dbs: [{path: $NONE, replicas: []}]      | l.yml:1:14: a database needs a 'path'; the environment variable it refers to is not set
          dbs: [{path: /}]                        | l.yml:1:14: 'path' is not a path of a database
          dbs: [{path: /a}]                       | l.yml:1:7: no replicas are given for /a
          dbs: [{path: /a, replicas: []}]         | l.yml:1:28: no replicas are given for /a
          """)
  void namesThePlaceOfAProblem(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          monitor-interval: 10x         | 4:23: 'monitor-interval' is not a duration: '10x' ('x' is no unit
          monitor-interval: 0           | 4:23: 'monitor-interval' must be longer than zero
          monitor-interval: -1s         | 4:23: 'monitor-interval' must not be negative: '-1s'
          monitor-interval: ""          | 4:23: 'monitor-interval' is not a duration: '' (it is empty
          monitor-interval: 5           | 4:23: 'monitor-interval' is not a duration: '5' (its unit is missing
          monitor-interval: {a: 1}      | 4:23: 'monitor-interval' takes one value, not a group of keys
          min-checkpoint-page-count: 0  | 4:32: 'min-checkpoint-page-count' is a whole number from 1 to 2147483647, not '0'
          max-checkpoint-page-count: 1k | 4:32: 'max-checkpoint-page-count' is a whole number from 1 to 2147483647, not '1k'
          monitor-intervall: 1s         | 4:5: unknown key 'monitor-intervall' in a database; did you mean 'monitor-interval'?
          """)
  void namesThePlaceOfAProblemInADatabase(String line, String message) {
    String yaml = "dbs:\n  - path: /a.db\n    replicas: [{path: /r}]\n    " + line + "\n";

    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("l.yml:" + message);
  }

  @Test
  void theUpperCheckpointLimitIsNotBelowTheLower() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    dbs:
                      - path: /a.db
                        min-checkpoint-page-count: 20
                        max-checkpoint-page-count: 10
                        replicas: [{path: /r}]
                    """))
        .hasMessage(
            "l.yml:4:32: 'max-checkpoint-page-count' must not be less than"
                + " 'min-checkpoint-page-count': 10 and 20");
  }

  @Test
  void readsWhatAReplicaKeeps() throws IOException {
    RetentionOptions read =
        retention(
            "retention: 72h, retention-check-interval: 5m, snapshot-interval: 1h, keep-hourly: 1,"
                + " keep-daily: 2, keep-weekly: 3, keep-monthly: 4, verify-deletes: true");

    assertThat(read)
        .isEqualTo(
            new RetentionOptions(
                new RetentionRules(Optional.of(Duration.ofHours(72)), 1, 2, 3, 4),
                Duration.ofMinutes(5),
                Optional.of(Duration.ofHours(1)),
                true));
    assertThat(retention("name: r")).isEqualTo(RetentionOptions.DEFAULT);
    assertThat(retention("retention: none").rules()).isEqualTo(RetentionRules.NONE);
    assertThat(retention("retention: 0").rules()).isEqualTo(RetentionRules.NONE);
  }

  private RetentionOptions retention(String keys) throws IOException {
    return onlyDatabase("dbs: [{path: /a.db, replicas: [{path: /r, " + keys + "}]}]")
        .replicas()
        .get(0)
        .retention();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {path: /r, url: 'file:///r'}       | 'url' and 'path' exclude each other
          {type: file}                       | a replica needs a 'path'
          {url: /just/a/path}                | 'url' begins with a type, such as file:///
          {url: 'file://'}                   | 'url' cannot be used: no path
          {url: 's3://bucket/app'}           | 'url' asks for a replica of type 's3', which is not available yet; there are: file
          {url: 'zip://x'}                   | 'url' cannot be used: no adapter for zip:// URLs is installed
          {type: gcs, bucket: b}             | 'type' asks for a replica of type 'gcs', which is not available yet
          {type: fil, path: /r}             | 'type' asks for a replica of unknown type 'fil'; did you mean 'file'?
          {type: s3, url: 'file:///r'}       | 'type' says 's3', but the replica's 'url' is of type 'file'
          {path: /r, retention: 10x}         | 'retention' is not a duration: '10x'
          {path: /r, retention: nothing}     | 'retention' is not a duration: 'nothing'
          {path: /r, retention-check-interval: 0} | 'retention-check-interval' must be longer than zero
          {path: /r, keep-daily: 7}          | 'keep-daily' needs snapshots to keep: set 'snapshot-interval' to 24h
          {path: /r, keep-hourly: 2, snapshot-interval: 61m} | 'keep-hourly' needs snapshots to keep: set 'snapshot-interval' to 1h
          {path: /r, keep-weekly: -1}        | 'keep-weekly' is a whole number from 0 to 2147483647, not '-1'
          {path: /r, keep-monthly: 1, retention: none, snapshot-interval: 1h} | 'keep-monthly' has no effect, since without 'retention' everything is kept
          {path: /r, verify-deletes: maybe}  | 'verify-deletes' is true or false, not 'maybe'
          {path: /r, validation-interval: 1x}| 'validation-interval' is not a duration: '1x'
          {path: /r, validation-interval: 1h, age: {recipients: [age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf]}} | 'validation-interval' needs one of 'identities' or 'identity-files' in 'age'
          {path: /r, age: {identities: [k]}} | l.yml:1:62: 'identities' holds what is no age identity
          {path: /r, age: {identities: [$NONE]}} | 'identities' holds no identity (AGE-SECRET-KEY-1…); the environment variable it refers to is not set
          {path: /r, age: {identities: k}} | 'identities' is a list, each item on a line that begins with '-'
          {path: /r, age: {recipients: [k]}} | l.yml:1:62: 'recipients' holds what is no age recipient
          {path: /r, age: {recipients: ['']}} | 'recipients' holds no recipient (age1…)
          {path: /r, age: {recipients: [[]]}} | 'recipients' takes one value, not a list
          {path: /r, age: {identity-files: [/none/key]}} | l.yml:1:66: identity file /none/key does not exist
          {path: /r, age: {identity-files: [/]}} | identity file / is a directory
          {path: /r, age: {identity-files: [$NONE]}} | 'identity-files' holds an empty path; the environment variable it refers to is not set
          {path: /r, age: {keys: [k]}}       | unknown key 'keys' in 'age'
          {path: /r, retenion: 24h}          | unknown key 'retenion' in a replica; did you mean 'retention'?
          {path: /r, bucket: b}              | unknown key 'bucket' in a replica of type 'file'; it is for replicas of type abs, gcs, s3
          {path: /r, sync-interval: 0s}      | 'sync-interval' must be longer than zero
          """)
  void namesThePlaceOfAProblemInAReplica(String replica, String message) {
    assertThatThrownBy(() -> read("dbs: [{path: /a.db, replicas: [" + replica + "]}]"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("l.yml:1:")
        .hasMessageContaining(message);
  }

  private static AgeKeys onlyKeys(String age, Map<String, String> environment) throws IOException {
    ConfigurationReader reader =
        new ConfigurationReader(
            environment, true, new HomePath(Path.of("/home/me")), FileType.stores("file"));
    String yaml = "dbs: [{path: /a, replicas: [{path: /r, age: {" + age + "}}]}]";
    return reader
        .read("l.yml", yaml.getBytes(StandardCharsets.UTF_8))
        .databases()
        .get(0)
        .replicas()
        .get(0)
        .age();
  }

  @Test
  void keysStandInTheFileOrInVariablesOrInFilesOfTheirOwn(@TempDir Path directory)
      throws IOException {
    AgeKeys expected = new AgeKeys(List.of(RECIPIENT), List.of(IDENTITY));
    String file = "# created: today\n# public key: " + RECIPIENT + "\n" + IDENTITY + "\n";
    Path key = Files.writeString(directory.resolve("key.txt"), file);
    Map<String, String> environment =
        Map.of("KEY", IDENTITY, "FILE", file, "PLACE", "" + directory);
    String recipients = "recipients: [" + RECIPIENT + "], ";

    assertThat(onlyKeys(recipients + "identities: [" + IDENTITY + "]", environment))
        .isEqualTo(expected);
    assertThat(onlyKeys(recipients + "identities: [$KEY]", environment)).isEqualTo(expected);
    assertThat(onlyKeys(recipients + "identities: ['${FILE}']", environment)).isEqualTo(expected);
    assertThat(onlyKeys(recipients + "identity-files: [" + key + "]", environment))
        .isEqualTo(expected);
    assertThat(onlyKeys(recipients + "identity-files: [$PLACE/key.txt]", environment))
        .isEqualTo(expected);
    assertThat(onlyKeys(recipients, environment))
        .isEqualTo(new AgeKeys(List.of(RECIPIENT), List.of()));
  }

  @Test
  void aKeyThatCannotBeReadIsNeverTold(@TempDir Path directory) throws IOException {
    String broken = IDENTITY.substring(0, IDENTITY.length() - 1);
    String secret = IDENTITY.substring(20, 40);
    Path key = Files.writeString(directory.resolve("key.txt"), broken);
    for (String age :
        List.of(
            "identities: [" + broken + "]",
            "identities: [$KEY]",
            "identity-files: [" + key + "]",
            "recipients: [" + IDENTITY + "]",
            "identities: [{" + IDENTITY + ": 1}]")) {
      assertThatThrownBy(() -> onlyKeys(age, Map.of("KEY", broken)))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("l.yml:1:")
          .hasMessageNotContaining(secret)
          .hasNoCause();
    }
  }

  @Test
  void aFileThatIsTooLargeForKeysIsNone(@TempDir Path directory) throws IOException {
    Path large = Files.write(directory.resolve("large"), new byte[(64 << 10) + 1]);

    assertThatThrownBy(() -> onlyKeys("identity-files: [" + large + "]", Map.of()))
        .hasMessageContaining("identity file " + large + " is larger than 64 KiB");
  }

  @Test
  void replicasOfOneDatabaseHaveDifferentNames() {
    assertThatThrownBy(() -> read("dbs: [{path: /a, replicas: [{path: /r}, {path: /s}]}]"))
        .hasMessageContaining("l.yml:1:41: two replicas of one database are named 'file'");
  }

  @Test
  void databasesHaveDifferentPaths() {
    assertThatThrownBy(
            () ->
                read(
                    "dbs: [{path: /a, replicas: [{path: /r}]}, {path: /b/../a, replicas: [{path: /s}]}]"))
        .hasMessageContaining("'path' is given twice: /a");
  }

  @Test
  void globalCredentialsAreForS3AloneAndCanBeOverridden() throws IOException {
    ConfigurationReader reader =
        new ConfigurationReader(
            ENVIRONMENT, true, new HomePath(Path.of("/")), FileType.stores("file", "s3"));

    Configuration configuration =
        reader.read(
            "l.yml",
            """
            access-key-id: id
            secret-access-key: $KEY
            dbs:
              - path: /a.db
                replicas:
                  - path: /r
                  - url: s3://bucket/app
                    access-key-id: other
            """
                .getBytes(StandardCharsets.UTF_8));

    assertThat(configuration.databases().get(0).replicas())
        .extracting(ReplicaOptions::settings)
        .containsExactly(
            Map.of("path", "/r"),
            Map.of("access-key-id", "other", "secret-access-key", SECRET, "path", "bucket/app"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          secret-access-key: [$KEY]
          secret-access-key: $KEY\\n  oops: [
          {secret-access-key: wJalrXUtnFEMI, zzz: 1}
          {secret-access-key: "wJalrXUtnFEMI
          dbs: [{path: /a, replicas: [{url: 'wJalrXUtnFEMI@host/path'}]}]
          dbs: [{path: /a, replicas: [{path: /r, secret-access-key: $KEY}]}]
          """)
  void neverTellsASecret(String yaml) {
    assertThatThrownBy(() -> read(yaml.replace("\\n", "\n")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aReplicaOfAnothersTypeHandsOverWhatItDoesNotKnow() throws IOException {
    ConfigurationReader reader =
        new ConfigurationReader(
            ENVIRONMENT, true, new HomePath(Path.of("/")), FileType.stores("webdav"));

    Configuration configuration =
        reader.read(
            "l.yml",
            "dbs: [{path: /a, replicas: [{type: webdav, path: p, digest: true}]}]"
                .getBytes(StandardCharsets.UTF_8));

    assertThat(configuration.databases().get(0).replicas().get(0).settings())
        .isEqualTo(Map.of("path", "p", "digest", "true"));
  }

  @Test
  void recursionAndManyAliasesEnd() {
    assertThatThrownBy(() -> read("dbs: &a [*a]")).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> read("&a {<<: *a, dbs: []}"))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void tellsWhyAFileCannotBeRead(@TempDir Path directory) throws IOException {
    Path binary = Files.write(directory.resolve("b.yml"), new byte[] {(byte) 0xc3, 0x28});

    assertThatThrownBy(() -> reader(true).read(directory.resolve("none.yml")))
        .hasMessage("config file not found: " + directory.resolve("none.yml"));
    assertThatThrownBy(() -> reader(true).read(directory)).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> reader(true).read(binary)).hasMessageContaining("is not UTF-8 text");
    assertThatThrownBy(() -> reader(true).read("l.yml", new byte[ConfigurationReader.MAX_SIZE + 1]))
        .hasMessageContaining("is larger than 16 MiB");
  }

  @Test
  void aDirectoryStandsForItsDatabases() throws IOException {
    Configuration configuration =
        read(
            "dbs: [{dir: /data, pattern: '*.db', recursive: true, watch: true,"
                + " replicas: [{path: /r}]}]");

    assertThat(configuration.databases()).isEmpty();
    DatabaseDirectory directory = configuration.directories().get(0);
    assertThat(directory.directory()).isEqualTo(Path.of("/data"));
    assertThat(directory.recursive()).isTrue();
    assertThat(directory.watch()).isTrue();
    assertThat(configuration.database(Path.of("/data/x/a.db")).orElseThrow().replicas().get(0))
        .satisfies(replica -> assertThat(replica.settings()).containsEntry("path", "/r/x/a.db"));
  }

  @ParameterizedTest
  @CsvSource({
    "'{dir: /d, replicas: [{path: /r}]}', pattern",
    "'{dir: /d, path: /p, pattern: x, replicas: [{path: /r}]}', exclude each other",
    "'{dir: /d, pattern: ''[x'', replicas: [{path: /r}]}', pattern",
    "'{dir: /d, pattern: x}', replicas",
  })
  void aDirectoryNeedsAPatternAndReplicas(String entry, String problem) {
    assertThatThrownBy(() -> read("dbs: [" + entry + "]"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(problem)
        .hasMessageStartingWith("l.yml:1:");
  }
}
