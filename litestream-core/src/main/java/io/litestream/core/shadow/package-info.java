/**
 * The shadow WAL: our own copy, beside the database, of every committed WAL frame, from which the
 * replicas are fed. Layout as in {@link io.litestream.core.layout}.
 *
 * <p>A shadow file holds the header and the committed frames of one WAL, byte for byte, and only
 * ever grows. Its length is what has been copied. A crash can leave a torn tail: bytes after the
 * last commit that nobody has been told of; opening the file again cuts them off. A file is forced
 * to disk before the next index begins, so that only the last file can be torn.
 */
@NullMarked
package io.litestream.core.shadow;

import org.jspecify.annotations.NullMarked;
