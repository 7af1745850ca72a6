package io.litestream.testkit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One request that came to a {@link HttpFaultProxy}. What it counts grows until the answer has
 * passed. Read by any number of threads.
 */
public final class ProxiedRequest {

  private final int number;
  private final int connection;
  private final HttpHead head;
  final AtomicLong requestBytes = new AtomicLong();
  final AtomicLong requestBody = new AtomicLong();
  final AtomicLong responseBytes = new AtomicLong();
  final AtomicLong responseBody = new AtomicLong();
  private volatile int status;

  ProxiedRequest(int number, int connection, HttpHead head) {
    this.number = number;
    this.connection = connection;
    this.head = head;
  }

  /** The place of this request among all that the proxy has got, from 1. */
  public int number() {
    return number;
  }

  /** The place of its connection among all that the proxy has accepted, from 1. */
  public int connection() {
    return connection;
  }

  /** In capitals, such as {@code PUT}. */
  public String method() {
    return head.method();
  }

  /** As sent, percent-encoded, without the query. */
  public String path() {
    String target = head.target();
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }

  /** As sent, without the question mark; empty if there is none. */
  public String query() {
    String target = head.target();
    return target.substring(Math.min(target.length(), path().length() + 1));
  }

  /** The first value of a header, whose name's case does not matter; empty if there is none. */
  public String header(String name) {
    return head.header(name);
  }

  /** Bytes of the request that were passed on, its head included. */
  public long requestBytes() {
    return requestBytes.get();
  }

  /** Bytes of the request's body that were passed on, without the framing of chunks. */
  public long requestBody() {
    return requestBody.get();
  }

  /** Bytes of the answer that were passed on, its head included. */
  public long responseBytes() {
    return responseBytes.get();
  }

  /** Bytes of the answer's body that were passed on, without the framing of chunks. */
  public long responseBody() {
    return responseBody.get();
  }

  /** What was answered, by the server or by the proxy; 0 as long as nothing was. */
  public int status() {
    return status;
  }

  void answered(int newStatus) {
    status = newStatus;
  }

  HttpHead head() {
    return head;
  }

  @Override
  public String toString() {
    return number + ": " + method() + " " + head.target() + " -> " + status;
  }
}
