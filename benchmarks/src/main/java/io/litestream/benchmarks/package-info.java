/** Measures the hot paths over bytes that SQLite wrote. */
@NullMarked
package io.litestream.benchmarks;

import org.jspecify.annotations.NullMarked;
