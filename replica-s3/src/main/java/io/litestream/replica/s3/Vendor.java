package io.litestream.replica.s3;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who runs a store, as far as the name of its host tells, and what follows from that. The names are
 * those of the vendors' documentation.
 *
 * <p>Amazon's own store takes everything that its library does. For all others the library is told
 * to keep to what S3 could do in 2023: the bucket in the path, no checksums but those that a
 * request requires, no chunked bodies, signed payloads, and {@code Content-MD5} on batch deletes,
 * which several of them insist on.
 */
enum Vendor {
  AWS("s3(?:[.-](?:dualstack\\.)?(?<region>[a-z0-9-]+))?\\.amazonaws\\.com(?:\\.cn)?", null),
  BACKBLAZE("s3\\.(?<region>[^.]+)\\.backblazeb2\\.com", null),
  CLOUDFLARE("[0-9a-f]{32}(?:\\.(?:eu|fedramp))?\\.r2\\.cloudflarestorage\\.com", "auto"),
  DIGITALOCEAN("(?<region>[^.]+)\\.digitaloceanspaces\\.com", null),
  FILEBASE("s3\\.filebase\\.com", "us-east-1"),
  GOOGLE("storage\\.googleapis\\.com", "auto"),
  HETZNER("(?<region>[^.]+)\\.your-objectstorage\\.com", null),
  LINODE("(?<region>[^.]+)\\.linodeobjects\\.com", null),
  ORACLE(
      "[^.]+\\.compat\\.objectstorage\\.(?<region>[^.]+)\\."
          + "(?:oraclecloud\\.com|oci\\.customer-oci\\.com)",
      null),
  SCALEWAY("s3\\.(?<region>[^.]+)\\.scw\\.cloud", null),
  SUPABASE("[^.]+\\.(?:storage\\.)?supabase\\.co", "us-east-1"),
  TIGRIS("(?:fly\\.storage\\.tigris\\.dev|t3\\.storage\\.dev)", "auto"),
  WASABI("s3(?:\\.(?<region>[^.]+))?\\.wasabisys\\.com", "us-east-1"),
  LOCALHOST("(?:localhost|127\\.0\\.0\\.1|\\[::1\\])", "us-east-1"),
  /** Somebody's own server, such as MinIO. Its name tells nothing, so that it comes last. */
  OTHER(".+", "us-east-1");

  private static final String SUPABASE_PATH = "/storage/v1/s3";

  private final Pattern pattern;
  private final @Nullable String region;

  /**
   * @param host what the name of the store's host looks like
   * @param region which region a request is signed for, if the host does not name one
   */
  Vendor(String host, @Nullable String region) {
    this.pattern = Pattern.compile("(?:(?<bucket>.+)\\.)?(?<host>" + host + ")");
    this.region = region;
  }

  /**
   * The name of a host, taken apart.
   *
   * @param bucket what stands in front of the store's own name
   * @param host the store's own name
   * @param region as the name tells it
   */
  record Host(Vendor vendor, Optional<String> bucket, String host, Optional<String> region) {}

  /** Whose host it is; empty if it is none of those that are known by name. */
  static Optional<Host> ofHost(String host) {
    for (Vendor vendor : values()) {
      Matcher matcher = vendor.pattern.matcher(host);
      if (vendor != OTHER && matcher.matches()) {
        return Optional.of(
            new Host(
                vendor,
                Optional.ofNullable(matcher.group("bucket")),
                matcher.group("host"),
                vendor.regionIn(matcher)));
      }
    }
    return Optional.empty();
  }

  private Optional<String> regionIn(Matcher matcher) {
    String named = pattern.pattern().contains("<region>") ? matcher.group("region") : null;
    return Optional.ofNullable(named == null ? region : named);
  }

  /** The region to sign for where nothing else tells it; empty if it has to be looked up. */
  Optional<String> defaultRegion() {
    return Optional.ofNullable(region);
  }

  /** Whether the store keeps up with Amazon's library, see above. */
  boolean isAmazon() {
    return this == AWS;
  }

  /** Whether the bucket is part of the path, and not of the host's name. */
  boolean usesPathStyle() {
    return this != AWS;
  }

  /** Whether a batch delete carries {@code Content-MD5}. */
  boolean wantsContentMd5() {
    return this != AWS && this != TIGRIS;
  }

  /** Whether all parts of an upload but the last must be of one size. */
  boolean wantsEqualParts() {
    return this == CLOUDFLARE;
  }

  /**
   * Whether a request must say that it wants to see what was written last, and not what the nearest
   * copy has.
   */
  boolean wantsConsistencyHeader() {
    return this == TIGRIS;
  }

  /** Where on its host the store speaks S3, if not at the root. */
  String path() {
    return this == SUPABASE ? SUPABASE_PATH : "";
  }

  /** Whether it is reached without TLS if nothing is said: only what does not leave the machine. */
  boolean isLocal() {
    return this == LOCALHOST;
  }
}
