package io.litestream.replica.gcs;

import io.litestream.testkit.KeyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsKeyTest extends KeyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
