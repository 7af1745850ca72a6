/**
 * The {@code litestream} command. {@link io.litestream.cli.Main} finds the command by its first
 * argument and loads nothing that belongs to another one: a short command has to be over before
 * anyone notices that a JVM started.
 */
@NullMarked
package io.litestream.cli;

import org.jspecify.annotations.NullMarked;
