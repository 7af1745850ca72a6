package io.litestream.cli.control;

import io.litestream.cli.output.JsonText;
import io.litestream.cli.output.JsonTree;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a running process over its control socket.
 *
 * @param socket its path
 * @param timeout the longest wait for an answer
 */
public record ControlClient(Path socket, Duration timeout) {

  /** Room for a hundred thousand databases. */
  private static final int MAX_ANSWER = 32 << 20;

  /** Asks for something that changes nothing. */
  public JsonTree get(String path) throws IOException {
    return ask("GET " + path, "");
  }

  /** Has something done. */
  public JsonTree post(String path, Map<String, ?> request) throws IOException {
    return ask("POST " + path, JsonText.of(request));
  }

  private JsonTree ask(String what, String body) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      ChannelLimit limit = ChannelLimit.of(channel, timeout);
      connect(channel);
      Optional<HttpMessage> answer;
      try {
        new HttpMessage(what + " HTTP/1.1", body).writeTo(Channels.newOutputStream(channel));
        answer =
            HttpMessage.read(new BufferedInputStream(Channels.newInputStream(channel)), MAX_ANSWER);
      } catch (IOException e) {
        throw new IOException(
            limit.isReached()
                ? "no answer from litestream at " + socket + " in " + timeout.toSeconds() + " s"
                : brokenOff() + ": " + e.getMessage(),
            e);
      } finally {
        limit.lift();
      }
      return result(answer.orElseThrow(() -> new IOException(brokenOff())));
    }
  }

  private String brokenOff() {
    return "litestream at " + socket + " gives no answer; it may be serving too many others";
  }

  private void connect(SocketChannel channel) throws IOException {
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException e) {
      throw new IOException(
          "no litestream listens on " + socket + "; the process that made it is gone", e);
    } catch (IOException e) {
      if (Files.notExists(socket, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            "there is no control socket "
                + socket
                + "; 'litestream replicate' makes it if its configuration has 'socket: {enabled:"
                + " true}', and -socket names another one",
            e);
      }
      throw new IOException(
          "cannot connect to the control socket " + socket + ": " + e.getMessage(), e);
    }
  }

  private JsonTree result(HttpMessage answer) throws IOException {
    String[] words = answer.startLine().split(" ", 3);
    JsonTree json;
    try {
      json = JsonTree.parse(answer.body());
    } catch (IOException e) {
      throw new IOException("what listens on " + socket + " is no litestream", e);
    }
    if (words.length < 2 || !words[1].equals("200")) {
      throw new IOException(json.text("error").orElse("answer " + answer.startLine()));
    }
    return json;
  }
}
