/** What {@code check} finds, and {@code replicate} at its start: gathered, and told. */
@NullMarked
package io.litestream.cli.check;

import org.jspecify.annotations.NullMarked;
