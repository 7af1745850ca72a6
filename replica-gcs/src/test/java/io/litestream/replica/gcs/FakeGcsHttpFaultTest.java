package io.litestream.replica.gcs;

import io.litestream.testkit.HttpFaultContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsHttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.impatient();
  }
}
