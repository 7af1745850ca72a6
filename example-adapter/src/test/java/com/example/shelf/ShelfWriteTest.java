package com.example.shelf;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;
import java.time.Duration;

class ShelfWriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
