/**
 * Which databases a process replicates, and how that changes while it runs: by its configuration
 * being read again, by databases that appear and vanish, and by hand. One change is made after the
 * other; what is to be changed is decided from values alone, by {@link
 * io.litestream.cli.running.ReloadPlan}.
 */
@NullMarked
package io.litestream.cli.running;

import org.jspecify.annotations.NullMarked;
