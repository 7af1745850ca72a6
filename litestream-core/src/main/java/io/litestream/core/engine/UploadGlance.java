package io.litestream.core.engine;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.shadow.MetaDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What was recorded of the uploads to an encrypted replica, seen without taking part in them: where
 * a segment ends that cannot be decrypted here.
 */
public final class UploadGlance {

  private UploadGlance() {}

  /**
   * Looks for a segment by its start and stored size.
   *
   * @param root the meta directory of the database
   * @return the offset after it; empty if it was not sent from here
   */
  public static OptionalLong end(Path root, ReplicaOptions replica, SegmentInfo segment)
      throws IOException {
    Path file = MetaDirectory.uploadRecord(root, segment.start().generation(), replica.name());
    try {
      return UploadRecord.open(file, replica.age()).endOf(segment.start(), segment.size());
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }
}
