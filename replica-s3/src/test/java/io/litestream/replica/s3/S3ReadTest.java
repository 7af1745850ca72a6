package io.litestream.replica.s3;

import io.litestream.testkit.ReadContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ReadTest extends ReadContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
