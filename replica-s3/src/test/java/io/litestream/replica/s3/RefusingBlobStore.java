package io.litestream.replica.s3;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The server's store, which can be told to refuse. What it answers goes to the client as the server
 * writes it: a batch of deletes of which some are denied is answered "200 OK", with the denials in
 * the body.
 */
final class RefusingBlobStore extends ForwardingBlobStore {

  private final Set<String> undeletable = ConcurrentHashMap.newKeySet();
  private final Set<String> unwritable = ConcurrentHashMap.newKeySet();
  private final Set<String> forgetful = ConcurrentHashMap.newKeySet();

  RefusingBlobStore(BlobStore objects) {
    super(objects);
  }

  void refuseToDelete(String bucket, String name) {
    undeletable.add(bucket + "/" + name);
  }

  void refuseToWrite(String bucket, String name) {
    unwritable.add(bucket + "/" + name);
  }

  /** Has deletes do nothing, and say nothing: "200 OK", and an empty list. */
  void forgetDeletes(String bucket) {
    forgetful.add(bucket);
  }

  @Override
  public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
    String bucket = request.bucket();
    if (forgetful.contains(bucket)) {
      return DeleteObjectsResponse.builder().build();
    }
    List<S3Error> errors = new ArrayList<>();
    List<ObjectIdentifier> allowed = new ArrayList<>();
    for (ObjectIdentifier object : request.delete().objects()) {
      if (undeletable.contains(bucket + "/" + object.key())) {
        errors.add(
            S3Error.builder()
                .key(object.key())
                .code("AccessDenied")
                .message("Access Denied by test")
                .build());
      } else {
        allowed.add(object);
      }
    }
    List<DeletedObject> deleted = new ArrayList<>();
    if (!allowed.isEmpty()) {
      DeleteObjectsResponse answer =
          super.removeBlobs(
              request.toBuilder()
                  .delete(request.delete().toBuilder().objects(allowed).build())
                  .build());
      deleted.addAll(answer.deleted());
      errors.addAll(answer.errors());
    }
    return DeleteObjectsResponse.builder().deleted(deleted).errors(errors).build();
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
    requireWritable(request.bucket(), request.key());
    return super.putBlob(request, content);
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    requireWritable(request.bucket(), request.key());
    return super.completeMultipartUpload(upload, request);
  }

  private void requireWritable(String bucket, String name) {
    if (unwritable.contains(bucket + "/" + name)) {
      throw denied();
    }
  }

  private static RuntimeException denied() {
    return S3Exception.builder()
        .statusCode(403)
        .message("Access Denied by test")
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .errorCode("AccessDenied")
                .errorMessage("Access Denied by test")
                .build())
        .build();
  }
}
