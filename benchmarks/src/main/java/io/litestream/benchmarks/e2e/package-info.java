/**
 * Measures the command from outside, as a user meets it, beside Litestream v0.3 itself if that is
 * there: starts the executables, writes to databases as an application does, watches replicas, and
 * restores. Linux only: figures of processes come from {@code /proc}.
 */
@NullMarked
package io.litestream.benchmarks.e2e;

import org.jspecify.annotations.NullMarked;
