/**
 * Servers for tests: those that others wrote, started as processes or in this JVM, and one that
 * stands in for a service of which there is no server that can be made to refuse anything.
 */
@NullMarked
package io.litestream.testservers;

import org.jspecify.annotations.NullMarked;
