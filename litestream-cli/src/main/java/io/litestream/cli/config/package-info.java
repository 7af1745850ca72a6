/** The configuration file: reading it, and saying where and why it cannot be used. */
@NullMarked
package io.litestream.cli.config;

import org.jspecify.annotations.NullMarked;
