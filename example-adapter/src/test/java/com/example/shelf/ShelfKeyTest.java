package com.example.shelf;

import io.litestream.testkit.KeyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfKeyTest extends KeyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
