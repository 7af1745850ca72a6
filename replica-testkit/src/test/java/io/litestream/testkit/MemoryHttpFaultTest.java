package io.litestream.testkit;

import java.time.Duration;

final class MemoryHttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws Exception {
    return new MemoryHttpUnderTest(Duration.ofSeconds(30), MemoryHttpStore::new);
  }
}
