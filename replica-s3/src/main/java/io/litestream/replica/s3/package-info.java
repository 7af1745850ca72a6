/**
 * Keeps replicas in a bucket of Amazon S3, or of a store that speaks its protocol: type and URL
 * scheme {@code s3}. A key is the name of an object below the root, a prefix within the bucket.
 *
 * <p><b>Writing</b> collects bytes until a part is full. An object that fits one part is one {@code
 * PutObject}. A larger one is a multipart upload, and what is left if it ends between two steps:
 *
 * <ol>
 *   <li>{@code CreateMultipartUpload}, when the first part is full and more comes. If it ends here,
 *       or anywhere before the last step: an upload that no listing of objects shows, whose parts
 *       are billed. Closing the writer or the store aborts it. After a crash, the next process that
 *       writes in parts below the root aborts it once it is a week old; a younger one may be at
 *       work.
 *   <li>{@code UploadPart} for each part. Memory is one part.
 *   <li>{@code CompleteMultipartUpload}, with the parts' tags. The object appears, whole.
 * </ol>
 *
 * <p><b>Reading</b> that breaks in the middle goes on from there, if the object is still the same
 * by its tag, else fails. <b>Deleting</b> is in batches; a key counts as deleted only if the answer
 * names it as deleted.
 *
 * <p><b>Time.</b> Every request has a deadline, and so has every wait for the next bytes of a
 * stream. A request that fails for a reason that may pass is repeated a few times, after a pause
 * that grows; each attempt is observed by itself.
 *
 * <p>The vendor's library is loaded when a store is opened, not before.
 */
@NullMarked
package io.litestream.replica.s3;

import org.jspecify.annotations.NullMarked;
