/**
 * Where the command finds the adapters that come with it.
 *
 * <p>The command's jar has two neighbours:
 *
 * <pre>
 * lib/                   on the class path: the engine, the command's own libraries, replica-file
 * adapters/NAME/*.jar    an adapter
 * adapters/NAME/lib/     what it depends on
 * </pre>
 *
 * <p>Each directory has a class loader of its own, below that of the class path. It opens the
 * adapter's own jar, which is small, when {@link java.util.ServiceLoader} looks for adapters, and
 * those in {@code lib} when the adapter first needs a class that it has not itself: once a store is
 * opened. What is not used costs the opening of one small jar. What the class path has as well,
 * such as the port, is taken from there.
 */
@NullMarked
package io.litestream.cli.adapters;

import org.jspecify.annotations.NullMarked;
