package io.litestream.replica.gcs;

import io.litestream.testkit.AbandonContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsAbandonTest extends AbandonContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
