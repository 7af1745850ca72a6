package com.example.shelf;

import io.litestream.testkit.ObservationContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfObservationTest extends ObservationContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
