package io.litestream.replica.s3;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * One page of a listing, as the store's protocol has it and as the port does. They differ where a
 * listing with a delimiter starts within a common prefix, or right after it: the port leaves that
 * prefix out, the protocol shows it again if a key below it comes later. So the store is asked to
 * start after the last key that could be below it, and what it shows all the same is left out.
 */
final class S3Listing {

  /** Comes after whatever begins differently, in the order of UTF-8 bytes. */
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  private final S3Place place;
  private final ListRequest request;

  S3Listing(S3Place place, ListRequest request) {
    this.place = place;
    this.request = request;
  }

  /**
   * Whether there can be a key that begins with the prefix. Stores differ in what they make of one
   * that cannot be: some clean it, and show what lies elsewhere.
   */
  boolean canFindAnything() {
    return isKey(request.prefix() + "x");
  }

  /**
   * The request as the protocol has it.
   *
   * @param token the store's own word for where the page begins, if it is known
   */
  ListObjectsV2Request request(Optional<String> token) {
    Optional<String> after =
        token.isPresent() ? Optional.empty() : request.startAfter().map(this::beyondItsPrefix);
    return ListObjectsV2Request.builder()
        .bucket(place.bucket())
        .prefix(place.name(sentPrefix()))
        .delimiter(request.delimiter().orElse(null))
        .startAfter(after.map(place::name).orElse(null))
        .continuationToken(token.orElse(null))
        .maxKeys(request.limit())
        .encodingType(EncodingType.URL)
        .build();
  }

  /** Some stores take dots at a prefix's end for a way up, and refuse it: ask for more, then. */
  private String sentPrefix() {
    return request.prefix().replaceFirst("(?<=^|/)\\.{1,2}$", "");
  }

  private String beyondItsPrefix(String startAfter) {
    if (request.delimiter().isEmpty() || !startAfter.startsWith(request.prefix())) {
      return startAfter;
    }
    int slash = startAfter.indexOf('/', request.prefix().length());
    return slash < 0 ? startAfter : startAfter.substring(0, slash + 1) + LAST;
  }

  ListPage page(ListObjectsV2Response answer) {
    List<ObjectInfo> objects =
        answer.contents().stream()
            .map(object -> info(object))
            .filter(info -> isShown(info.key(), info.key()))
            .sorted((a, b) -> ObjectKeys.ORDER.compare(a.key(), b.key()))
            .toList();
    List<String> prefixes =
        answer.commonPrefixes().stream()
            .map(prefix -> place.key(prefix.prefix()))
            .filter(prefix -> isShown(prefix, prefix.substring(0, prefix.length() - 1)))
            .sorted(ObjectKeys.ORDER)
            .toList();
    return new ListPage(objects, prefixes, next(answer));
  }

  private ObjectInfo info(S3Object object) {
    return new ObjectInfo(place.key(object.key()), object.size(), object.lastModified());
  }

  /** Others may keep objects in the bucket whose names are no keys, such as {@code folder/}. */
  private boolean isShown(String text, String key) {
    if (!text.startsWith(request.prefix())
        || (request.startAfter().isPresent()
            && ObjectKeys.ORDER.compare(text, request.startAfter().get()) <= 0)) {
      return false;
    }
    return isKey(key);
  }

  private static boolean isKey(String text) {
    try {
      ObjectKeys.requireValid(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Where the next page begins: after the last of what the store showed, left out or not. */
  private Optional<String> next(ListObjectsV2Response answer) {
    if (!Boolean.TRUE.equals(answer.isTruncated())) {
      return Optional.empty();
    }
    return Stream.concat(
            answer.contents().stream().map(S3Object::key),
            answer.commonPrefixes().stream().map(CommonPrefix::prefix))
        .map(place::key)
        .max(ObjectKeys.ORDER);
  }
}
