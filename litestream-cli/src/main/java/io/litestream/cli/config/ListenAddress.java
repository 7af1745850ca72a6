package io.litestream.cli.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where to listen: {@code host:port}. Without a host, {@code :9090}, only this machine can connect;
 * for the peer that means every machine. {@code 0.0.0.0} or {@code [::]} say so here.
 *
 * @param host a name or an address; empty for this machine alone
 * @param port 0 for any that is free
 */
public record ListenAddress(String host, int port) {

  private static final int MAX_PORT = 65535;

  /**
   * Parses an address.
   *
   * @throws IllegalArgumentException if it is none; the message says what is wrong
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    if (colon < 0 || (host.contains(":") && !bracketed) || host.contains("/")) {
      throw new IllegalArgumentException(
          "an address is written as host:port, such as 127.0.0.1:9090 or [::1]:9090");
    }
    String digits = text.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > MAX_PORT) {
      throw new IllegalArgumentException("a port is a number from 0 to " + MAX_PORT);
    }
    return new ListenAddress(
        bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(digits));
  }

  /** Whether no host is given, so that the peer would listen to every machine. */
  public boolean isBare() {
    return host.isEmpty();
  }

  /**
   * The address to bind, or to connect to from this machine.
   *
   * @throws UnknownHostException if the host's name means nothing here
   */
  public InetSocketAddress resolve() throws UnknownHostException {
    InetAddress address = isBare() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
    return new InetSocketAddress(address, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
