package io.litestream.replica.azure;

import io.litestream.testkit.ErrorContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteErrorTest extends ErrorContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
