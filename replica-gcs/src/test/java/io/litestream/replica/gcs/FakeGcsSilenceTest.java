package io.litestream.replica.gcs;

import io.litestream.testkit.SilenceContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsSilenceTest extends SilenceContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
