/**
 * How a running process can be watched from outside: metrics, health, status. Reads what the core
 * tells and never changes anything; nothing here holds up replication.
 */
@NullMarked
package io.litestream.cli.monitor;

import org.jspecify.annotations.NullMarked;
