package io.litestream.testkit;

class InMemoryConcurrencyTest extends ConcurrencyContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
