package io.litestream.testkit;

class InMemoryKeyTest extends KeyContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
