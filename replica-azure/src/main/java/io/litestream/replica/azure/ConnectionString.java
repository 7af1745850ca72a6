package io.litestream.replica.azure;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the portal hands out as a connection string: an endpoint and a credential, written {@code
 * Name=value;Name=value}.
 */
record ConnectionString(String endpoint, AzureCredential credential) {

  /**
   * @throws ReplicaException of kind {@code CONFIGURATION}, if it has no blob endpoint or no
   *     credential; the message quotes none of it
   */
  static ConnectionString parse(String text) throws ReplicaException {
    Map<String, String> parts = parts(text);
    Optional<String> account = Optional.ofNullable(parts.get("accountname"));
    Optional<String> key = Optional.ofNullable(parts.get("accountkey"));
    Optional<String> sas = Optional.ofNullable(parts.get("sharedaccesssignature"));
    String endpoint = endpoint(parts, account);
    if (account.isPresent() && key.isPresent()) {
      return new ConnectionString(
          endpoint, new AzureCredential.AccountKey(account.get(), key.get()));
    }
    if (sas.isPresent()) {
      return new ConnectionString(endpoint, new AzureCredential.Sas(sas.get()));
    }
    throw wrong("has neither AccountName with AccountKey nor SharedAccessSignature");
  }

  private static Map<String, String> parts(String text) throws ReplicaException {
    Map<String, String> parts = new HashMap<>();
    for (String part : text.split(";", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw wrong("is a list of Name=value, separated by semicolons");
      }
      parts.put(
          part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
          part.substring(equals + 1).strip());
    }
    return parts;
  }

  private static String endpoint(Map<String, String> parts, Optional<String> account)
      throws ReplicaException {
    String endpoint = parts.get("blobendpoint");
    if (endpoint != null) {
      return endpoint;
    }
    if (account.isEmpty()) {
      throw wrong("has neither BlobEndpoint nor AccountName");
    }
    return parts.getOrDefault("defaultendpointsprotocol", "https")
        + "://"
        + account.get()
        + ".blob."
        + parts.getOrDefault("endpointsuffix", "core.windows.net");
  }

  private static ReplicaException wrong(String detail) {
    return new ReplicaException(
        Kind.CONFIGURATION,
        "configure",
        AzureSettings.CONNECTION_STRING,
        null,
        "the connection string " + detail,
        null);
  }
}
