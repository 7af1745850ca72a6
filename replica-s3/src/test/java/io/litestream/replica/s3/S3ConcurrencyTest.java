package io.litestream.replica.s3;

import io.litestream.testkit.ConcurrencyContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ConcurrencyTest extends ConcurrencyContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
