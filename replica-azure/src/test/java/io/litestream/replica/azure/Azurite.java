package io.litestream.replica.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Azure's emulator, as its publisher ships it. Started once for all tests, if the environment
 * variable {@value #VARIABLE} names its executable {@code azurite-blob}.
 */
final class Azurite {

  static final String VARIABLE = "LITESTREAM_TEST_AZURITE";

  static final String ACCOUNT = "devstoreaccount1";

  /** Published, and the same in every emulator. */
  static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  private static final Pattern LISTENS =
      Pattern.compile("listens on http://127\\.0\\.0\\.1:(\\d+)");

  private final int port;

  private Azurite(int port) {
    this.port = port;
  }

  private static final class Started {
    static final Azurite SERVER = start();
  }

  static Azurite server() {
    return Started.SERVER;
  }

  private static Azurite start() {
    try {
      Process process =
          new ProcessBuilder(
                  System.getenv(VARIABLE),
                  "--blobHost",
                  "127.0.0.1",
                  "--blobPort",
                  "0",
                  "--inMemoryPersistence",
                  "--silent",
                  "--disableTelemetry",
                  "--disableProductStyleUrl",
                  "--skipApiVersionCheck")
              .redirectErrorStream(true)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      return new Azurite(portOf(process.inputReader(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("Azurite does not start", e);
    }
  }

  private static int portOf(BufferedReader output) throws IOException {
    var said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher matcher = LISTENS.matcher(line);
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
      said.append(line).append('\n');
    }
    throw new IOException("Azurite ended: " + said);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** The account's endpoint behind a port, which may be a proxy's. */
  static String endpoint(int port) {
    return "http://127.0.0.1:" + port + "/" + ACCOUNT;
  }

  String endpoint() {
    return endpoint(port);
  }

  /** The client's own way in, for what an adapter does not do. */
  BlobServiceClient service() {
    return new BlobServiceClientBuilder()
        .connectionString(
            "AccountName=" + ACCOUNT + ";AccountKey=" + KEY + ";BlobEndpoint=" + endpoint())
        .buildClient();
  }

  /** A new container, for one test. */
  BlobContainerClient newContainer() {
    return service().createBlobContainer("t" + UUID.randomUUID());
  }
}
