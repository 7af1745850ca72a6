package io.litestream.replica.gcs;

import io.litestream.testkit.LifecycleContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsLifecycleTest extends LifecycleContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
