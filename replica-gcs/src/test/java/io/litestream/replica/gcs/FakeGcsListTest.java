package io.litestream.replica.gcs;

import io.litestream.testkit.ListContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsListTest extends ListContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
