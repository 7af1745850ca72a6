/**
 * Keeps replicas in a bucket of Google Cloud Storage: type {@code gcs}, URL schemes {@code gcs} and
 * {@code gs}.
 *
 * <p><b>Names.</b> A key is the name of an object, below the replica's path.
 *
 * <p><b>Writing.</b> Up to 8 MiB are held in memory and sent with the commit, in one request. What
 * is larger goes into a resumable upload, in chunks of 8 MiB, and the last chunk is what makes the
 * object appear. If it ends before that: an upload that nobody sees, which is cancelled if the
 * process can still do so; otherwise it expires after a week, and is not billed. The answer to the
 * last request names the checksum of what has been stored; if it is another one than that of what
 * was written, the object is deleted again and the commit fails.
 *
 * <p><b>A chunk whose answer is lost</b> is not simply sent again: the service is asked how much of
 * the upload it has, and the next request goes on from there.
 *
 * <p><b>Reading</b> is one request for the whole object. If it breaks in the middle, another one
 * goes on from there, of the same generation of the object.
 *
 * <p><b>Deleting</b> sends batches of 100, and looks at the outcome of each object.
 *
 * <p><b>Listing</b> begins at {@code startOffset}. It includes the object of that name, which is
 * left out here, so a page asks for one more.
 */
@NullMarked
package io.litestream.replica.gcs;

import org.jspecify.annotations.NullMarked;
