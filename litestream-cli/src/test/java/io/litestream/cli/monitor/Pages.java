package io.litestream.cli.monitor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a server for its pages. */
final class Pages {

  private final HttpClient client = HttpClient.newHttpClient();
  private final InetSocketAddress address;

  Pages(InetSocketAddress address) {
    this.address = address;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path, "*/*");
  }

  HttpResponse<String> send(String method, String path, String accept)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://localhost:" + address.getPort() + path);
    return client.send(
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(20))
            .header("Accept", accept)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
