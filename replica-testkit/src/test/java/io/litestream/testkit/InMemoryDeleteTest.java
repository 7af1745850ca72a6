package io.litestream.testkit;

class InMemoryDeleteTest extends DeleteContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
