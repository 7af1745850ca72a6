/**
 * The names under which a database's history is kept, in a replica and beside the database. Names
 * turn into values and values into names; nothing here reads or writes.
 *
 * <pre>
 * in a replica:         generations/&lt;generation&gt;/snapshots/&lt;index&gt;.snapshot.lz4
 *                       generations/&lt;generation&gt;/wal/&lt;index&gt;_&lt;offset&gt;.wal.lz4
 * beside the database:  generation                                  current generation's name
 *                       generations/&lt;generation&gt;/wal/&lt;index&gt;.wal    shadow WAL
 * </pre>
 *
 * <p>An index has 8 hexadecimal digits, an offset 8 to 16. A name that does not match is none of
 * ours: it is ignored, and never deleted. Names of Litestream v0.5, which are only read, are those
 * of {@link io.litestream.core.layout.LtxLayout}.
 */
@NullMarked
package io.litestream.core.layout;

import org.jspecify.annotations.NullMarked;
