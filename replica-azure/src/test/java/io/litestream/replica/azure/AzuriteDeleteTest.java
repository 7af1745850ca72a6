package io.litestream.replica.azure;

import io.litestream.testkit.DeleteContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteDeleteTest extends DeleteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
