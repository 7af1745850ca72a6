package io.litestream.replica.gcs;

import io.litestream.testkit.PagingContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class FakeGcsPagingTest extends PagingContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return FakeGcsUnderTest.patient();
  }
}
