/**
 * Keeps replicas in a directory of a local or mounted file system: type and URL scheme {@code
 * file}. A key is the path of a file below the root.
 *
 * <p>A file is written under a hidden name beside its place, forced to disk, and renamed into
 * place; then its directory is forced. So it is there whole or not at all, whatever happens.
 */
@NullMarked
package io.litestream.replica.file;

import org.jspecify.annotations.NullMarked;
