package io.litestream.core.ltx;

/**
 * The page at 1 GiB of every database that is so large (SQLite file format, "The Lock-Byte Page").
 * SQLite never writes it, and neither does anybody put it into an LTX file.
 */
public final class LockPage {

  private static final long LOCK_BYTE = 0x40000000;

  private LockPage() {}

  /** Its number, from 1. */
  public static long of(int pageSize) {
    return LOCK_BYTE / pageSize + 1;
  }
}
