package io.litestream.testkit;

class InMemoryAbandonTest extends AbandonContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
