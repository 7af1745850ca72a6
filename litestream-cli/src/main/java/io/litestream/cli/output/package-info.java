/** What commands print: tables, JSON, sizes. */
@NullMarked
package io.litestream.cli.output;

import org.jspecify.annotations.NullMarked;
