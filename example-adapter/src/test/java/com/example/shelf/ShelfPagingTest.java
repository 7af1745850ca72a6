package com.example.shelf;

import io.litestream.testkit.PagingContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;

class ShelfPagingTest extends PagingContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new ShelfUnderTest(Duration.ofSeconds(30));
  }
}
