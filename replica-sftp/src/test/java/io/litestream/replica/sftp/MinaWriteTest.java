package io.litestream.replica.sftp;

import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.WriteContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class MinaWriteTest extends WriteContract {

  @TempDir Path directory;

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new SftpUnderTest(OnMina.running(), directory);
  }
}
