package com.example.shelf;

import io.litestream.testkit.ConcurrencyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfConcurrencyTest extends ConcurrencyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
