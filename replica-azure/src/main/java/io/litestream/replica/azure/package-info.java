/**
 * Keeps replicas in a container of Azure Blob Storage: type and URL scheme {@code abs}.
 *
 * <p><b>Names.</b> A key is the name of a block blob, below the replica's path. Characters from
 * U+D7FB on are written as U+D7FB and six hexadecimal digits, so that the service's order and the
 * order of UTF-8 bytes are the same, see {@link io.litestream.replica.azure.BlobNames}. The
 * engine's keys have none of these.
 *
 * <p><b>Writing.</b> Up to 8 MiB are held in memory and sent with the commit, in one request. What
 * is larger is staged in blocks of 8 MiB, and the commit is the request that lists them. If it ends
 * before that: blocks that no listing and no reader sees. Nothing deletes them but the next commit
 * of the same key, or a week. An empty blob committed in their place and deleted would, but it
 * would be seen as an object in between, and stay one if the process died there: an empty snapshot
 * is worse than the price of some megabytes for a week.
 *
 * <p><b>Reading</b> is one request for the whole blob. If it breaks in the middle, another one goes
 * on from there, under the condition that the blob is still the same.
 *
 * <p><b>Deleting</b> sends batches of 256, and looks at the outcome of each blob.
 *
 * <p><b>Listing</b> begins at {@code startFrom}, which service versions from 2026-02-06 on know. It
 * includes the blob of that name, which is left out here, so a page asks for one more.
 */
@NullMarked
package io.litestream.replica.azure;

import org.jspecify.annotations.NullMarked;
