package io.litestream.replica.gcs;

import io.litestream.testkit.DeleteContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsDeleteTest extends DeleteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
