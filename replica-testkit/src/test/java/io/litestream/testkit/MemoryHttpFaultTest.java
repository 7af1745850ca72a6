package io.litestream.testkit;

final class MemoryHttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws Exception {
    return new MemoryHttpUnderTest(MemoryHttpStore::new);
  }
}
