package io.litestream.replica.s3;

import io.litestream.testkit.PagingContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3PagingTest extends PagingContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
