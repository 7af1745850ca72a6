package io.litestream.core.restore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All the memory that a restore has for data under way: a fixed number of chunks, made when first
 * needed. Used by all workers and the restoring thread.
 *
 * <p>Workers fetch objects ahead of the one that is being written, and could take up every chunk
 * while that one needs another: then nothing would move any more. So the last few are kept for the
 * object in turn, of which the restoring thread gives back each chunk that it has written.
 */
final class ChunkPool {

  private static final int RESERVED = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Chunk> free = new ArrayDeque<>();
  private int notMade;
  private int turn;

  ChunkPool(int chunks) {
    if (chunks <= RESERVED) {
      throw new IllegalArgumentException("needs more than " + RESERVED + " chunks, not " + chunks);
    }
    this.notMade = chunks;
  }

  /**
   * Waits for a chunk.
   *
   * @param number of the object that it is for, in the order in which objects have their turn
   */
  Chunk take(int number) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (free.size() + notMade <= (number <= turn ? 0 : RESERVED)) {
        changed.await();
      }
      if (!free.isEmpty()) {
        return free.pop();
      }
      notMade--;
      return new Chunk();
    } finally {
      lock.unlock();
    }
  }

  void giveBack(Chunk chunk) {
    lock.lock();
    try {
      free.push(chunk);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the object of that number is the one being written. */
  void awaitTurn(int number) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (number > turn) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Says which object is being written now. */
  void turnTo(int number) {
    lock.lock();
    try {
      turn = number;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
