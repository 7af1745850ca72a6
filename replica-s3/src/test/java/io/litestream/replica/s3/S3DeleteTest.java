package io.litestream.replica.s3;

import io.litestream.testkit.DeleteContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3DeleteTest extends DeleteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
