package io.litestream.replica.azure;

import io.litestream.testkit.PagingContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuritePagingTest extends PagingContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.alone();
  }
}
