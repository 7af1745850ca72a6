package io.litestream.testkit;

class InMemoryLifecycleTest extends LifecycleContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
