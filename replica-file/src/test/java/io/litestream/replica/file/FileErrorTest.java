package io.litestream.replica.file;

import io.litestream.testkit.ErrorContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileErrorTest extends ErrorContract {

  @TempDir Path directory;

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new FileUnderTest(directory);
  }
}
