package io.litestream.replica.gcs;

import io.litestream.testkit.ReadContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsReadTest extends ReadContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
