package io.litestream.replica.azure;

import io.litestream.testkit.ErrorContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

@OnAzure
class SignedAzuriteErrorTest extends ErrorContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withSignature();
  }
}
