package io.litestream.replica.file;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileExclusionTest extends ExclusionContract {

  @TempDir Path directory;

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new FileUnderTest(directory);
  }
}
