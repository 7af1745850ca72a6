package io.litestream.replica.s3;

import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Makes the server's store in memory one that S3 could be. It keeps objects as files, so that
 * {@code a} and {@code a/b} could not both be, and it sorts by UTF-16. So a file's name ends in a
 * character that sorts before all that names hold, and characters from U+E000 up are written as
 * several that sort as their code points do.
 */
final class StoredNames extends ForwardingBlobStore {

  private static final String END = "\t";

  /** What the server and its store keep there for themselves. */
  private static final Pattern INTERNAL = Pattern.compile("\\.(mpus|s3proxy)-.*");

  private static final char BASIC = '\uE000';
  private static final char SUPPLEMENTARY = '\uE001';
  private static final int SHIFT = 0x1000;

  StoredNames(BlobStore files) {
    super(files);
  }

  private static String stored(String name) {
    return INTERNAL.matcher(name).matches() ? name : storedPrefix(name) + END;
  }

  private static String storedPrefix(String name) {
    var stored = new StringBuilder();
    name.codePoints()
        .forEach(
            c -> {
              if (c < BASIC) {
                stored.appendCodePoint(c);
              } else if (c <= Character.MAX_VALUE) {
                stored.append(BASIC).append((char) (c - BASIC + SHIFT));
              } else {
                int beyond = c - Character.MIN_SUPPLEMENTARY_CODE_POINT;
                stored
                    .append(SUPPLEMENTARY)
                    .append((char) ((beyond >> 12) + SHIFT))
                    .append((char) ((beyond & 0xFFF) + SHIFT));
              }
            });
    return stored.toString();
  }

  private static String name(String stored) {
    var name = new StringBuilder();
    for (int i = 0; i < stored.length(); i++) {
      char c = stored.charAt(i);
      if (c == BASIC) {
        i++;
        name.append((char) (stored.charAt(i) - SHIFT + BASIC));
      } else if (c == SUPPLEMENTARY) {
        int high = stored.charAt(i + 1) - SHIFT;
        int low = stored.charAt(i + 2) - SHIFT;
        name.appendCodePoint((high << 12 | low) + Character.MIN_SUPPLEMENTARY_CODE_POINT);
        i += 2;
      } else if (c != END.charAt(0)) {
        name.append(c);
      }
    }
    return name.toString();
  }

  @Override
  public ListObjectsV2Response list(ListObjectsV2Request request) {
    ListObjectsV2Request.Builder stored = request.toBuilder();
    if (request.prefix() != null) {
      stored.prefix(storedPrefix(request.prefix()));
    }
    if (request.startAfter() != null) {
      stored.startAfter(stored(request.startAfter()));
    }
    ListObjectsV2Response answer = super.list(stored.build());
    return answer.toBuilder()
        .contents(
            answer.contents().stream()
                .map(object -> object.toBuilder().key(name(object.key())).build())
                .toList())
        .commonPrefixes(
            answer.commonPrefixes().stream()
                .map(prefix -> prefix.toBuilder().prefix(name(prefix.prefix())).build())
                .toList())
        .build();
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
    return super.putBlob(request.toBuilder().key(stored(request.key())).build(), content);
  }

  @Override
  public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
    return super.getBlob(request.toBuilder().key(stored(request.key())).build());
  }

  @Override
  public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
    return super.blobMetadata(request.toBuilder().key(stored(request.key())).build());
  }

  @Override
  public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
    return super.removeBlob(request.toBuilder().key(stored(request.key())).build());
  }

  @Override
  public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
    MultipartUpload upload =
        super.initiateMultipartUpload(request.toBuilder().key(stored(request.key())).build());
    return new MultipartUpload(upload.id(), request, upload.response());
  }

  private static MultipartUpload stored(MultipartUpload upload) {
    return new MultipartUpload(
        upload.id(),
        upload.request().toBuilder().key(stored(upload.request().key())).build(),
        upload.response());
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream content) {
    return super.uploadMultipartPart(
        stored(upload), request.toBuilder().key(stored(request.key())).build(), content);
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    return super.completeMultipartUpload(
        stored(upload), request.toBuilder().key(stored(request.key())).build());
  }

  @Override
  public List<Part> listMultipartUpload(MultipartUpload upload) {
    return super.listMultipartUpload(stored(upload));
  }

  @Override
  public void abortMultipartUpload(MultipartUpload upload) {
    super.abortMultipartUpload(stored(upload));
  }

  @Override
  public List<software.amazon.awssdk.services.s3.model.MultipartUpload> listMultipartUploads(
      String bucket) {
    return super.listMultipartUploads(bucket).stream()
        .map(upload -> upload.toBuilder().key(name(upload.key())).build())
        .toList();
  }
}
