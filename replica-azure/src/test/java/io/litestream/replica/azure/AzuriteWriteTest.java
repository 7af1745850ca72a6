package io.litestream.replica.azure;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;

@OnAzure
class AzuriteWriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
