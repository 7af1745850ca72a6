package io.litestream.replica.s3;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;

class S3WriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
