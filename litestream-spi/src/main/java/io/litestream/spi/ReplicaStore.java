package io.litestream.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/**
 * Keeps objects, byte strings with a name, somewhere else than on the machine's own disk.
 *
 * <p><b>Model.</b> A flat map from keys to bytes. A key is a non-empty string of segments separated
 * by {@code /}, relative to the root that the store was opened for, such as {@code
 * generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4}. No segment is empty, {@code .} or
 * {@code ..}, and a key holds no NUL; any other Unicode text is allowed. There are no directories:
 * a prefix exists as long as an object below it does.
 *
 * <p><b>Rules.</b> An implementation must keep these; the contract suite tests each one by its
 * number.
 *
 * <ul>
 *   <li><b>R1 Bytes.</b> An object reads back byte for byte as written, from 0 bytes up, whatever
 *       its size. Memory per writer and per reader is bounded, independent of the object's size.
 *   <li><b>R2 Visibility.</b> An object appears whole, when {@link ObjectWriter#commit()} returns,
 *       or not at all; it is then durable. Writing over an existing key replaces it in one step: a
 *       concurrent reader gets the old bytes or the new ones, never a mixture.
 *   <li><b>R3 Abandonment.</b> A writer that is closed without a commit, or whose commit failed,
 *       leaves the key as it was, and nothing behind that takes up space or is billed.
 *   <li><b>R4 Listing.</b> Keys come in ascending order of their UTF-8 bytes, strictly after {@code
 *       startAfter}, each once, over as many pages as it takes. A page is one remote request, and
 *       its cost does not grow with what lies before {@code startAfter}.
 *   <li><b>R5 Absence.</b> Opening a key that does not exist fails with {@link
 *       NoSuchObjectException}. Listing a prefix that does not exist gives an empty page.
 *   <li><b>R6 Deletion.</b> Every key handed to {@link #delete} is in the report, once: as deleted,
 *       or as failed with the store's own code and message, neither of them empty. A key that does
 *       not exist counts as deleted. If a whole batch request fails, all its keys are failed; keys
 *       of other batches keep their result. No item's failure is ever hidden.
 *   <li><b>R7 Errors.</b> Every failure is a {@link ReplicaException} with its kind, the operation,
 *       the key and the store's code. No credential appears in a message or in {@code toString}.
 *   <li><b>R8 Concurrency.</b> All methods may be called by any number of threads at once. A thread
 *       that is interrupted in a call, also while it waits for a store that does not answer, soon
 *       gets an exception, or from {@link #delete} a report in which the keys without an answer
 *       have failed, and keeps its interrupt status. {@link #close} may be called at any time, more
 *       than once; calls after it, and calls under way when it comes, fail with a {@link
 *       ReplicaException} or finish as if it had not come.
 *   <li><b>R9 Observation.</b> Every request that goes out is told to the {@link RequestObserver}
 *       that the store was opened with: retries too, each by itself.
 *   <li><b>R10 Keys.</b> A key that breaks the model is refused with an {@link
 *       IllegalArgumentException} before any request. It never leads outside the store's root.
 * </ul>
 *
 * <p><b>What a store deliberately does not do:</b> it does not know what keys mean, does not
 * compress or encrypt, does not cache, does not rename or copy, and does not decide what is kept.
 */
public interface ReplicaStore extends AutoCloseable {

  /**
   * Lists one page of keys: one remote request.
   *
   * @throws ReplicaException if the store refuses or cannot be reached
   */
  ListPage list(ListRequest request) throws IOException;

  /**
   * Opens an object for reading from its first byte. The caller closes the stream, and uses it from
   * one thread at a time. The bytes may arrive while they are read; a failure in the middle is a
   * {@link ReplicaException} from {@code read}, never an early end of the stream. A stream may be
   * closed before its end, and does not wait for the rest then.
   *
   * @throws NoSuchObjectException if there is no such object
   * @throws ReplicaException if the store refuses or cannot be reached
   */
  InputStream open(String key) throws IOException;

  /**
   * Begins an object. Nothing is visible until {@link ObjectWriter#commit()} returns. The caller
   * closes the writer, committed or not.
   *
   * @throws ReplicaException if the store refuses or cannot be reached; it may also say so only
   *     while writing or at the commit
   */
  ObjectWriter create(String key) throws IOException;

  /**
   * Deletes objects, in as many batch requests as the store needs. The order is the store's. After
   * a failure, any of the keys may or may not be gone; the report says which.
   *
   * @param keys any number, 0 included; a key that is given twice is reported once
   * @return what became of each key, see R6
   * @throws ReplicaException only if nothing was attempted: the store is closed, or the thread is
   *     interrupted before the first request
   */
  DeleteReport delete(Collection<String> keys) throws IOException;

  /** The means to let one of several writers through (rule R11), if the store has it. */
  default Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.empty();
  }

  /** Releases connections and threads. Writers that are still open are abandoned. */
  @Override
  void close() throws IOException;
}
