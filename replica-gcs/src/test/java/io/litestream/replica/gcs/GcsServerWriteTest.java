package io.litestream.replica.gcs;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.litestream.testservers.GcsServer#isThere")
class GcsServerWriteTest extends WriteContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return GcsServerUnderTest.patient();
  }
}
