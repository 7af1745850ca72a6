package io.litestream.replica.azure;

import io.litestream.testkit.LifecycleContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteLifecycleTest extends LifecycleContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
