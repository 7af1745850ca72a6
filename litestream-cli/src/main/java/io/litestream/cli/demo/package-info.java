/**
 * The main job, shown on a real database: replicate while an application writes, lose everything,
 * restore, compare. The only package of this module that talks to SQLite itself; it plays the
 * application.
 */
@NullMarked
package io.litestream.cli.demo;

import org.jspecify.annotations.NullMarked;
