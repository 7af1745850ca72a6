package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a replica is, and how the store there is to be spoken to.
 *
 * @param root the replica's prefix within the bucket, without a slash at either end; empty for the
 *     whole bucket
 * @param endpoint the server; empty for Amazon's, which follows from the region
 * @param region empty if it has to be looked up
 * @param pathStyle whether the bucket is part of the path, and not of the host's name
 * @param signPayload whether the signature covers the bytes even where TLS protects them
 */
record S3Place(
    String bucket,
    String root,
    Optional<URI> endpoint,
    Optional<String> region,
    Vendor vendor,
    boolean pathStyle,
    boolean signPayload) {

  static S3Place read(ReplicaSettings settings) throws ReplicaException {
    Optional<String> given = settings.text("endpoint");
    Optional<String> region = settings.text("region");
    boolean isSigningGiven = settings.text("sign-payload").isPresent();
    Optional<URI> endpoint = given.isEmpty() ? Optional.empty() : Optional.of(uri(given.get()));
    Optional<Vendor.Host> known = endpoint.flatMap(uri -> Vendor.ofHost(uri.getHost()));
    Vendor vendor =
        endpoint.isEmpty() ? Vendor.AWS : known.map(Vendor.Host::vendor).orElse(Vendor.OTHER);
    return new S3Place(
        settings.required("bucket"),
        root(settings.text("path").orElse("")),
        endpoint.map(uri -> withPath(uri, vendor)),
        region.or(() -> known.flatMap(Vendor.Host::region)).or(vendor::defaultRegion),
        vendor,
        settings.flag("force-path-style", vendor.usesPathStyle()),
        isSigningGiven ? settings.flag("sign-payload", true) : !vendor.isAmazon());
  }

  /** An endpoint may come without a scheme: TLS then, unless it does not leave the machine. */
  private static URI uri(String endpoint) throws ReplicaException {
    if (endpoint.contains("@")) {
      // Not quoted: it may hold a password.
      throw configuration("endpoint", "credentials do not belong into the 'endpoint'");
    }
    boolean hasScheme = endpoint.matches("(?i)https?://.*");
    try {
      URI uri = new URI(hasScheme ? endpoint : "https://" + endpoint);
      String host = uri.getHost();
      if (host == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
        throw new URISyntaxException(endpoint, "no host, or more than a path after it");
      }
      boolean isLocal = Vendor.ofHost(host).map(known -> known.vendor().isLocal()).orElse(false);
      return new URI(
          hasScheme ? uri.getScheme().toLowerCase(Locale.ROOT) : isLocal ? "http" : "https",
          null,
          host.toLowerCase(Locale.ROOT),
          uri.getPort(),
          uri.getPath().replaceAll("/+$", ""),
          null,
          null);
    } catch (URISyntaxException e) {
      throw configuration(
          "endpoint",
          "'endpoint' is the address of a server, such as https://s3.example.com:9000, not '"
              + endpoint
              + "'");
    }
  }

  private static URI withPath(URI endpoint, Vendor vendor) {
    return endpoint.getPath().isEmpty() ? URI.create(endpoint + vendor.path()) : endpoint;
  }

  /** As Litestream v0.3 cleans it, except that nothing leads up. */
  private static String root(String path) throws ReplicaException {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        throw configuration("path", "'path' is a prefix within the bucket; it holds no '..'");
      }
      if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    return String.join("/", segments);
  }

  private static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }

  /** The name of an object in the bucket. */
  String name(String key) {
    return root.isEmpty() ? key : root + "/" + key;
  }

  /** The key of an object of that name, which lies below the root. */
  String key(String name) {
    return root.isEmpty() ? name : name.substring(root.length() + 1);
  }

  /** What of it may be shown to people. */
  @Override
  public String toString() {
    return "s3://"
        + name(bucket, root)
        + endpoint.map(uri -> " at " + uri).orElse("")
        + region.map(name -> " in " + name).orElse("");
  }

  private static String name(String bucket, String root) {
    return root.isEmpty() ? bucket : bucket + "/" + root;
  }
}
