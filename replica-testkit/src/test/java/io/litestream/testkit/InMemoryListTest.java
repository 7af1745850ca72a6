package io.litestream.testkit;

class InMemoryListTest extends ListContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
