package com.example.shelf;

import io.litestream.testkit.HttpFaultContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfHttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofMillis(500));
  }
}
