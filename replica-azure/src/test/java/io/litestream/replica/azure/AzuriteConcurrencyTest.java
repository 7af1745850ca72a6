package io.litestream.replica.azure;

import io.litestream.testkit.ConcurrencyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteConcurrencyTest extends ConcurrencyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
