package io.litestream.core.replica;

import io.litestream.core.age.AgeKeys;
import io.litestream.core.age.AgeOutputStream;
import io.litestream.core.codec.Lz4OutputStream;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One object on its way into a replica: compressed, encrypted if the replica has recipients, and
 * visible as a whole at {@link #commit}, or not at all. Write, then {@link #finish}, then commit,
 * then {@link #close}. Used by one thread.
 */
public final class ObjectUpload extends OutputStream {

  private final ObjectWriter writer;
  private final ObjectFingerprint.@Nullable Counting stored;
  private final @Nullable AgeOutputStream sealed;
  private final Lz4OutputStream frame;
  private @Nullable ObjectFingerprint fingerprint;
  private boolean finished;

  private ObjectUpload(
      ObjectWriter writer, ObjectFingerprint.@Nullable Counting stored, AgeKeys keys, byte[] note)
      throws IOException {
    this.writer = writer;
    this.stored = stored;
    OutputStream target = stored == null ? writer : stored;
    this.sealed = keys.encrypts() ? new AgeOutputStream(target, keys) : null;
    this.frame = new Lz4OutputStream(sealed == null ? target : sealed, note);
  }

  /** Begins a snapshot. */
  public static ObjectUpload ofSnapshot(ReplicaStore store, AgeKeys keys, String key)
      throws IOException {
    return begin(store, keys, key, new byte[0], false);
  }

  /**
   * Begins a segment.
   *
   * @param note as {@link Lz4OutputStream} takes it; empty for none
   */
  public static ObjectUpload ofSegment(ReplicaStore store, AgeKeys keys, String key, byte[] note)
      throws IOException {
    return begin(store, keys, key, note, keys.encrypts());
  }

  private static ObjectUpload begin(
      ReplicaStore store, AgeKeys keys, String key, byte[] note, boolean fingerprinted)
      throws IOException {
    ObjectWriter writer = store.create(key);
    try {
      ObjectFingerprint.Counting stored =
          fingerprinted ? new ObjectFingerprint.Counting(writer) : null;
      return new ObjectUpload(writer, stored, keys, note);
    } catch (IOException | RuntimeException e) {
      try {
        writer.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    frame.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    frame.write(bytes, offset, count);
  }

  /** Ends the object: everything has been written. */
  public void finish() throws IOException {
    if (finished) {
      return;
    }
    frame.finish();
    frame.close(); // releases its memory: a snapshot may wait for its commit
    if (sealed != null) {
      sealed.finish();
    }
    if (stored != null) {
      fingerprint = stored.fingerprint();
    }
    finished = true;
  }

  /**
   * What the store will hold, known once it is finished. Of encrypted segments alone: others can be
   * read again and compared, and nobody needs to know it of a snapshot.
   */
  public Optional<ObjectFingerprint> fingerprint() {
    return Optional.ofNullable(fingerprint);
  }

  /** Makes the object visible, see {@link ObjectWriter#commit}. */
  public void commit() throws IOException {
    if (!finished) {
      throw new IllegalStateException("half an object must not be seen");
    }
    writer.commit();
  }

  /** Gives the object up, unless it was committed. */
  @Override
  public void close() throws IOException {
    frame.close();
    writer.close();
  }
}
