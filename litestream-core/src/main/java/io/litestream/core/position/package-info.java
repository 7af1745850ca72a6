/** Names for points in the history of a database: generations, and positions within their WAL. */
@NullMarked
package io.litestream.core.position;

import org.jspecify.annotations.NullMarked;
