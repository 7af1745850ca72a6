package io.litestream.replica.gcs;

import io.litestream.testkit.ObservationContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsObservationTest extends ObservationContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
