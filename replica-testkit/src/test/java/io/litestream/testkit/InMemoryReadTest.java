package io.litestream.testkit;

class InMemoryReadTest extends ReadContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
