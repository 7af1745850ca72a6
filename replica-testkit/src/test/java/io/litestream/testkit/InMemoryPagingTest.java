package io.litestream.testkit;

class InMemoryPagingTest extends PagingContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
