package io.litestream.replica.s3;

import io.litestream.testkit.ErrorContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ErrorTest extends ErrorContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
