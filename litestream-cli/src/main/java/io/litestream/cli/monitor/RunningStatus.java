package io.litestream.cli.monitor;

import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Asks the process that replicates for its {@link StatusDocument}. */
public final class RunningStatus {

  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 10_000;

  /** Room for ten thousand databases. */
  private static final int MAX_BYTES = 32 << 20;

  private RunningStatus() {}

  /**
   * Asks.
   *
   * @param addr where it listens
   * @param database only that one
   * @return the JSON text
   * @throws IOException if nobody answers there, or somebody else
   */
  public static String ask(ListenAddress addr, Optional<Path> database) throws IOException {
    InetSocketAddress bound = addr.resolve();
    // Who listens everywhere is asked here.
    InetAddress address =
        bound.getAddress().isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress()
            : bound.getAddress();
    String host = address.getHostAddress();
    String query =
        database
            .map(path -> "?db=" + URLEncoder.encode(path.toString(), StandardCharsets.UTF_8))
            .orElse("");
    URI uri =
        URI.create(
            "http://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + addr.port()
                + "/api/status"
                + query);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    try {
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setInstanceFollowRedirects(false);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException("the answer is " + connection.getResponseCode());
      }
      try (InputStream in = connection.getInputStream()) {
        String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        if (JsonTree.parse(text).text("source").isEmpty()) {
          throw new IOException("the answer is no status of litestream");
        }
        return text;
      }
    } finally {
      connection.disconnect();
    }
  }
}
