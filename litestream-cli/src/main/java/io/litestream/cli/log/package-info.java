/** Logging: lines in the form of Go's slog, through Logback set up in code. */
@NullMarked
package io.litestream.cli.log;

import org.jspecify.annotations.NullMarked;
