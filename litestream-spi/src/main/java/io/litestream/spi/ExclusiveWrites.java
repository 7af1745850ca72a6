package io.litestream.spi;

import java.io.IOException;

/**
 * What a store can do beyond {@link ReplicaStore} if it decides between writers that come at once.
 *
 * <p><b>R11 Exclusion.</b> Of any number of calls for one key, from any number of machines, one at
 * most returns true as long as the object is there; all others leave it as it is. The name appears
 * in one step, durably. The bytes may follow a moment later, and do not if the writer dies in
 * between; they are never those of two writers. Rules R1, R3 and R5 to R10 hold as for any object.
 */
@FunctionalInterface
public interface ExclusiveWrites {

  /**
   * Writes an object unless there is one of that key.
   *
   * @param content a few hundred bytes
   * @return whether it was written
   * @throws ReplicaException if the store refuses or cannot be reached; it may have been written
   *     all the same, and a later call then returns false
   */
  boolean createIfAbsent(String key, byte[] content) throws IOException;
}
