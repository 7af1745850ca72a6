package io.litestream.testkit;

import io.litestream.spi.RequestObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers the requests that a store tells of. */
final class RecordedRequests implements RequestObserver {

  private final List<Request> requests = new CopyOnWriteArrayList<>();

  @Override
  public void onRequest(Request request) {
    requests.add(request);
  }

  List<Request> all() {
    return List.copyOf(requests);
  }

  List<Request> of(Operation operation) {
    return requests.stream().filter(request -> request.operation() == operation).toList();
  }

  long bytes(Operation operation) {
    return of(operation).stream().mapToLong(Request::bytes).sum();
  }

  /** How many have failed. */
  long failures() {
    return requests.stream().filter(Request::failed).count();
  }

  void clear() {
    requests.clear();
  }
}
