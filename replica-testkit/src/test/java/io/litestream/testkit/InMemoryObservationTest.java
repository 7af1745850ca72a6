package io.litestream.testkit;

class InMemoryObservationTest extends ObservationContract {

  @Override
  protected StoreUnderTest storeUnderTest() {
    return new InMemoryUnderTest();
  }
}
