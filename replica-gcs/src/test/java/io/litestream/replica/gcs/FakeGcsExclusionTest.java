package io.litestream.replica.gcs;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsExclusionTest extends ExclusionContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
