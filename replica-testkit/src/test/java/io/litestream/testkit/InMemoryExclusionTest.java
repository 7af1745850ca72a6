package io.litestream.testkit;

class InMemoryExclusionTest extends ExclusionContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
