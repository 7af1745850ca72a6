package io.litestream.testkit;

class InMemoryErrorTest extends ErrorContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
