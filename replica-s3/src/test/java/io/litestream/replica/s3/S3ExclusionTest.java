package io.litestream.replica.s3;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ExclusionTest extends ExclusionContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
