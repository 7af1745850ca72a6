package io.litestream.spi;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What a listing tells of one object.
 *
 * @param key the whole key, relative to the store's root
 * @param size in bytes, as stored
 * @param lastModified when the object was written, by the store's clock
 */
public record ObjectInfo(String key, long size, Instant lastModified) {

  public ObjectInfo {
    requireNonNull(key, "key");
    requireNonNull(lastModified, "lastModified");
    if (size < 0) {
      throw new IllegalArgumentException("negative size of " + key + ": " + size);
    }
  }
}
