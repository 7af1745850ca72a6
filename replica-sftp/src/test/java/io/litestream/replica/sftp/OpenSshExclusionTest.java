package io.litestream.replica.sftp;

import io.litestream.testkit.ExclusionContract;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@OnOpenSsh
class OpenSshExclusionTest extends ExclusionContract {

  @TempDir Path directory;

  @Override
  protected StoreUnderTest storeUnderTest() throws IOException {
    return new SftpUnderTest(OpenSsh.running(), directory);
  }
}
