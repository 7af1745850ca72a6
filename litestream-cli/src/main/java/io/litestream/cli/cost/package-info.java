/** What a replica costs in a month: requests and bytes, and prices for them. Pure calculation. */
@NullMarked
package io.litestream.cli.cost;

import org.jspecify.annotations.NullMarked;
