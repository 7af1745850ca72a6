package io.litestream.replica.gcs;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("io.litestream.testservers.GcsServer#isThere")
class GcsServerExclusionTest extends ExclusionContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return GcsServerUnderTest.patient();
  }
}
