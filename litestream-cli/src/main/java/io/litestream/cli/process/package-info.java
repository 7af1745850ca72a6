/** The operating system's side of a command: signals, and a process that runs beside it. */
@NullMarked
package io.litestream.cli.process;

import org.jspecify.annotations.NullMarked;
