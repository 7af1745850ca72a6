package io.litestream.replica.s3;

import io.litestream.testkit.SilenceContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3SilenceTest extends SilenceContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
