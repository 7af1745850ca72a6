package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.testkit.TcpFault;
import io.litestream.testkit.TcpFaultProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections to one replica that break in the middle of uploads, listings and deletes: it goes on
 * by itself, without a gap, and the other replica has not waited for it.
 */
@ParameterizedClass(name = "{0}")
// One server for each adapter.
@EnumSource(
    value = RemoteServer.class,
    names = {"S3_PROXY", "AZURITE", "FAKE_GCS", "SFTP"})
@Timeout(120)
class BrokenConnectionsTest extends OnRemoteServer {

  private static final Pattern PORT = Pattern.compile("(?<=127\\.0\\.0\\.1:)([0-9]+)");
  private static final int ROUNDS = 8;
  private static final long SEED = 5;

  BrokenConnectionsTest(RemoteServer server) {
    super(server);
  }

  @Test
  void replicationGoesOnWithoutAGapAndTheOtherReplicaDoesNotWait() throws Exception {
    String replica = store.replica(", sync-interval: 50ms, retention: 1s, snapshot-interval: 1s");
    Matcher port = PORT.matcher(replica + store.environment());
    assertThat(port.find()).isTrue();
    var address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group()));
    try (TcpFaultProxy proxy = TcpFaultProxy.before(address)) {
      Path config =
          config(
              throughProxy(replica, proxy)
                  + ", {path: %s, name: near, sync-interval: 50ms}"
                      .formatted(directory.resolve("near")));
      Map<String, String> environment = new TreeMap<>();
      store
          .environment()
          .forEach((name, value) -> environment.put(name, throughProxy(value, proxy)));
      try (LiveWriter writer = LiveWriter.start(database);
          LitestreamProcess process =
              LitestreamProcess.start(
                  directory,
                  environment,
                  LitestreamProcess.command(),
                  "replicate",
                  "-config",
                  config)) {
        process.await("both upload", () -> uploads(process, "near") > 2 && uploadsFar(process) > 2);
        var random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
          int at = random.nextInt(20_000);
          proxy.onNext(
              2, i % 2 == 0 ? TcpFault.resetAfterSending(at) : TcpFault.resetAfterReceiving(at));
          proxy.resetConnections();
          long before = uploads(process, "near");
          process.await("the other one goes on", () -> uploads(process, "near") > before + 1);
        }
        proxy.heal();
        long before = uploadsFar(process);
        process.await("it goes on by itself", () -> uploadsFar(process) > before + 2);
        writer.stop();
        process.stop();
      }
      assertThat(output(inspect(environment, "verify", "-config", config, database), Program.OK))
          .containsPattern(server.type() + " .* proved ");
      Path restored = directory.resolve("restored.db");
      output(
          inspect(
              environment,
              "restore",
              "-config",
              config,
              "-replica",
              server.type(),
              "-o",
              restored,
              database),
          Program.OK);
      DatabasePages.assertRestored(database, restored);
    }
  }

  private LitestreamProcess inspect(Map<String, String> environment, Object... args)
      throws Exception {
    return LitestreamProcess.start(directory, environment, LitestreamProcess.command(), args);
  }

  private static String throughProxy(String text, TcpFaultProxy proxy) {
    return PORT.matcher(text).replaceAll(Integer.toString(proxy.port()));
  }

  private long uploadsFar(LitestreamProcess process) throws Exception {
    return uploads(process, server.type());
  }

  private static long uploads(LitestreamProcess process, String replica) throws Exception {
    return process
        .output()
        .lines()
        .filter(line -> line.contains("msg=\"wal segment written\""))
        .filter(line -> line.contains("replica=" + replica + " "))
        .count();
  }
}
