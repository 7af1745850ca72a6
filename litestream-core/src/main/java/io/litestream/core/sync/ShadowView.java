package io.litestream.core.sync;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;

/**
 * What the shadow WAL holds at a moment. Files below {@code index} are finished and will not
 * change; the one of {@code index} grows.
 *
 * @param firstIndex the lowest index whose file is still there
 * @param index the highest
 * @param length bytes of the file of {@code index}, up to the end of a commit
 * @param pageSize in bytes
 */
public record ShadowView(
    Generation generation, int firstIndex, int index, long length, int pageSize) {

  /** The end of what was copied. */
  public Position end() {
    return new Position(generation, index, length);
  }
}
