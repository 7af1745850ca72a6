package io.litestream.testkit;

class InMemoryWriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
