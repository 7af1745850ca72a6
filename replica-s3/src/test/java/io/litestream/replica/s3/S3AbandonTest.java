package io.litestream.replica.s3;

import io.litestream.testkit.AbandonContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3AbandonTest extends AbandonContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
