package io.litestream.replica.gcs;

import io.litestream.testkit.ErrorContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsErrorTest extends ErrorContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
