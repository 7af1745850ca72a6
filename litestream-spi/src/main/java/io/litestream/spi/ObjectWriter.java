package io.litestream.spi;

import java.io.IOException;
import java.io.OutputStream;

/**
 * One object being written. Used by one thread at a time. Write, then {@link #commit()}, then
 * {@link #close()}; closing without a commit abandons the object (rules R2 and R3 of {@link
 * ReplicaStore}).
 *
 * <p>{@link #flush()} promises nothing: bytes go out when the store sees fit.
 */
public abstract class ObjectWriter extends OutputStream {

  /** For implementations. */
  protected ObjectWriter() {}

  /**
   * Makes the object visible and durable, in one step. To be called once; nothing may be written
   * after it. If it throws, the object counts as not written; it may exist all the same if the
   * store's answer was lost, so a caller that needs to know must look.
   *
   * @throws ReplicaException if the store refuses or cannot be reached
   */
  public abstract void commit() throws IOException;

  /**
   * Ends the writer and abandons the object unless it was committed. Closing again does nothing.
   *
   * @throws ReplicaException if what an abandoned object left behind could not be removed
   */
  @Override
  public abstract void close() throws IOException;
}
