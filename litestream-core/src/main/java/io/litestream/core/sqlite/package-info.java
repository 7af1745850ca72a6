/** Everything that is asked of SQLite itself; no other package speaks SQL. */
@NullMarked
package io.litestream.core.sqlite;

import org.jspecify.annotations.NullMarked;
