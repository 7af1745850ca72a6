/**
 * Keeps replicas on a Shelf, an object store that does not exist. It answers four requests, all of
 * them POST, and names keys as the query of a URL does:
 *
 * <pre>
 * /write?key=NAME        the body is the object, which is shown when it is whole
 * /read?key=NAME         the object, or status 404
 * /list?prefix=NAME&amp;after=NAME&amp;delimiter=/&amp;limit=N
 *                        a line for each: object NAME SIZE MILLIS, or prefix NAME;
 *                        and next NAME, if there is more
 * /delete                the body is NAMEs, a line each; a line of the answer for each:
 *                        deleted NAME, or kept NAME CODE WORDS
 * </pre>
 */
@NullMarked
package com.example.shelf;

import org.jspecify.annotations.NullMarked;
