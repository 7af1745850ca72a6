package io.litestream.testservers;

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
public final class Azurite implements AutoCloseable {

  public static final String VARIABLE = "LITESTREAM_TEST_AZURITE";

  public static final String ACCOUNT = "devstoreaccount1";

  /** Published, and the same in every emulator. */
  public static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  private static final Pattern LISTENS =
      Pattern.compile("listens on http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final int port;

  private Azurite(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  private static final class Started {
    static final Azurite SERVER = start();
  }

  /** The one that all tests share; it ends with the JVM. */
  public static Azurite server() {
    return Started.SERVER;
  }

  /** Starts one more, for a test that keeps it busy. */
  public static Azurite start() {
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
      return new Azurite(process, portOf(process.inputReader(StandardCharsets.UTF_8)));
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

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** The account's endpoint behind a port, which may be a proxy's. */
  public static String endpoint(int port) {
    return "http://127.0.0.1:" + port + "/" + ACCOUNT;
  }

  /** The client's own way in, for what an adapter does not do. */
  private BlobServiceClient service() {
    return new BlobServiceClientBuilder()
        .connectionString(
            "AccountName=" + ACCOUNT + ";AccountKey=" + KEY + ";BlobEndpoint=" + endpoint(port))
        .buildClient();
  }

  /** A new container, for one test. */
  public BlobContainerClient newContainer() {
    return service().createBlobContainer("t" + UUID.randomUUID());
  }

  /** Ends it; the one that all tests share stays. */
  @Override
  public void close() {
    process.destroy();
  }
}
