package io.litestream.replica.gcs;

import io.litestream.testkit.ConcurrencyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsConcurrencyTest extends ConcurrencyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
