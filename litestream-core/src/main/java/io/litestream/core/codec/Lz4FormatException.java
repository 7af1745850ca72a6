package io.litestream.core.codec;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/**
 * Bytes that are no whole, unharmed LZ4 frame. The message completes the sentence "this object …".
 */
public final class Lz4FormatException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with the bytes. */
  public enum Damage {
    /** There are none. */
    EMPTY,
    /** They end before the frame does. */
    TRUNCATED,
    /** They begin with something else, or with a feature that nobody writes into replicas. */
    NOT_LZ4,
    /** They are encrypted with age. */
    ENCRYPTED,
    /** A checksum of the header, a block or the content does not match. */
    CHECKSUM,
    /** A block cannot be decompressed, or has an impossible length. */
    MALFORMED,
    /** More bytes follow the frame. */
    TRAILING
  }

  private final Damage damage;

  Lz4FormatException(Damage damage, String message) {
    super(message);
    this.damage = requireNonNull(damage, "damage");
  }

  /** What is wrong with the bytes. */
  public Damage damage() {
    return damage;
  }
}
