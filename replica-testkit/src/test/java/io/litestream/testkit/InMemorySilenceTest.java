package io.litestream.testkit;

class InMemorySilenceTest extends SilenceContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
