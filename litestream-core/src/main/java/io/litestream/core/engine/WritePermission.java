package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether anything may be written to one replica, or deleted there: only while its lease is held,
 * if it has one. May be used by any thread, unless said otherwise.
 */
final class WritePermission {

  /** Null without a lease. */
  private @Nullable ReplicaLease lease;

  /** The lease's acquisitions when they were asked for last. */
  private int acquisitions;

  /** To be called before {@link #begin}. */
  void under(ReplicaLease held) {
    lease = held;
  }

  void begin() {
    if (lease != null) {
      lease.begin();
    }
  }

  /** Whether anything may be written or deleted now. */
  boolean isGiven() {
    return lease == null || lease.mayWrite();
  }

  /**
   * To be called before anything becomes visible.
   *
   * @throws IOException if nothing may be written, with the reason
   */
  void require() throws IOException {
    if (lease != null) {
      lease.requireMayWrite();
    }
  }

  /** Whether others may have written since this was called last. For the uploading thread. */
  boolean wasTakenAnew() {
    if (lease == null || lease.acquisitions() == acquisitions) {
      return false;
    }
    acquisitions = lease.acquisitions();
    return true;
  }

  /** Why nothing may be written, if so. */
  Optional<String> problem() {
    return Optional.ofNullable(lease).flatMap(ReplicaLease::problem);
  }

  Optional<DatabaseStatus.Lease> status() {
    return Optional.ofNullable(lease).map(ReplicaLease::status);
  }

  /** Lets others write; see {@link ReplicaLease#release}. */
  void release() {
    if (lease != null) {
      lease.release();
    }
  }
}
