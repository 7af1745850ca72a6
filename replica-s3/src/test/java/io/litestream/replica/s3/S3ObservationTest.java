package io.litestream.replica.s3;

import io.litestream.testkit.ObservationContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class S3ObservationTest extends ObservationContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.current();
  }
}
