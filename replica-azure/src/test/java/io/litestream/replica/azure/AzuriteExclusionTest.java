package io.litestream.replica.azure;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testservers.Azurite;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = Azurite.VARIABLE, matches = ".+")
class AzuriteExclusionTest extends ExclusionContract {

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return AzuriteUnderTest.withAccountKey();
  }
}
