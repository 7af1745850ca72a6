package io.litestream.replica.gcs;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;

class FakeGcsWriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
