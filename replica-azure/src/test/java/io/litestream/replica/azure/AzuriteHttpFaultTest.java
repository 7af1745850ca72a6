package io.litestream.replica.azure;

import io.litestream.testkit.HttpFaultContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class AzuriteHttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withoutPatience();
  }
}
