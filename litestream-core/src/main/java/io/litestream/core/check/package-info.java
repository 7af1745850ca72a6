/**
 * Finds out, before anything depends on it, whether a database can be replicated and a replica be
 * kept: what the file says, what the store allows. Changes nothing but one probe object.
 */
@NullMarked
package io.litestream.core.check;

import org.jspecify.annotations.NullMarked;
