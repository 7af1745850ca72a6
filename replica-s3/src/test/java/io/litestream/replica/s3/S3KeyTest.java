package io.litestream.replica.s3;

import io.litestream.testkit.KeyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3KeyTest extends KeyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
