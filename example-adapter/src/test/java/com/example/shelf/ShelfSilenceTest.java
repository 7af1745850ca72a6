package com.example.shelf;

import io.litestream.testkit.SilenceContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfSilenceTest extends SilenceContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
