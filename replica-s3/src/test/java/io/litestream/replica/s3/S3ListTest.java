package io.litestream.replica.s3;

import io.litestream.testkit.ListContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ListTest extends ListContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
