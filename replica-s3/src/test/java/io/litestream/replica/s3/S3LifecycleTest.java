package io.litestream.replica.s3;

import io.litestream.testkit.LifecycleContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3LifecycleTest extends LifecycleContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
