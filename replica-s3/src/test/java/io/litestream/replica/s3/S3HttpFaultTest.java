package io.litestream.replica.s3;

import io.litestream.testkit.HttpFaultContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3HttpFaultTest extends HttpFaultContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.impatient();
  }
}
