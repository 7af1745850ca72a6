package io.litestream.replica.s3;

import io.litestream.testkit.ReadContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;

class SpokenToAsAmazonReadTest extends ReadContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return S3UnderTest.spokenToAsAmazon();
  }
}
