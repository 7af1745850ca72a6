package io.litestream.replica.azure;

import io.litestream.testkit.AbandonContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteAbandonTest extends AbandonContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
