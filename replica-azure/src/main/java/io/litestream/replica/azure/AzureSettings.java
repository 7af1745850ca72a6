package io.litestream.replica.azure;

import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a replica is and how to get in.
 *
 * @param endpoint of the account's blob service, without a slash at the end
 * @param path what every blob's name begins with, without slashes at its ends; may be empty
 */
record AzureSettings(String endpoint, String container, String path, AzureCredential credential) {

  static final String TYPE = "abs";
  static final String CONNECTION_STRING = "connection-string";

  private static final String ACCOUNT_NAME = "account-name";
  private static final String ACCOUNT_KEY = "account-key";
  private static final String SAS_TOKEN = "sas-token";

  /** As Azure has them: 3 to 63 letters, digits and single hyphens, or one of three names. */
  private static final String CONTAINER =
      "[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}|\\$root|\\$web|\\$logs";

  /** {@code abs://ACCOUNT@CONTAINER/PATH}, the account optional. */
  static Map<String, String> parseUrl(String url) throws ReplicaException {
    String rest = url.substring(url.indexOf("://") + 3);
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    int at = authority.lastIndexOf('@');
    String account = at < 0 ? "" : authority.substring(0, at);
    String container = authority.substring(at + 1);
    if (account.contains(":")) {
      throw wrong(
          "url",
          "an abs:// URL holds no key; set '" + ACCOUNT_KEY + "' or LITESTREAM_AZURE_ACCOUNT_KEY");
    }
    if (container.isEmpty()) {
      throw wrong("url", "an abs:// URL names a container: abs://ACCOUNT@CONTAINER/PATH");
    }
    Map<String, String> settings = new TreeMap<>();
    if (!account.isEmpty()) {
      settings.put(ACCOUNT_NAME, account);
    }
    settings.put("bucket", container);
    settings.put("path", slash < 0 ? "" : rest.substring(slash + 1));
    return settings;
  }

  /**
   * @param environment what settings fall back to
   * @throws ReplicaException of kind {@code CONFIGURATION}, if a setting is missing or malformed
   */
  static AzureSettings read(ReplicaSettings settings, Map<String, String> environment)
      throws ReplicaException {
    String container = settings.required("bucket");
    if (!container.matches(CONTAINER)) {
      throw wrong("bucket", "'" + container + "' is not the name of a container");
    }
    String path = path(settings.text("path").orElse(""));
    Optional<String> account = settings.text(ACCOUNT_NAME);
    Optional<String> endpoint = settings.text("endpoint");
    Map<String, String> secrets = secrets(settings, environment);
    settings.rejectUnread();

    String connection = secrets.get(CONNECTION_STRING);
    if (connection != null) {
      ConnectionString parsed = ConnectionString.parse(connection);
      return new AzureSettings(
          endpoint(endpoint.orElse(parsed.endpoint())),
          container,
          path,
          checked(parsed.credential()));
    }
    if (account.isEmpty() && (endpoint.isEmpty() || secrets.containsKey(ACCOUNT_KEY))) {
      throw wrong(ACCOUNT_NAME, "replica of type 'abs' needs '" + ACCOUNT_NAME + "'");
    }
    String name = account.orElse("");
    if (endpoint.isEmpty() && !name.matches("[a-z0-9]{3,24}")) {
      throw wrong(ACCOUNT_NAME, "'" + name + "' is not the name of a storage account");
    }
    return new AzureSettings(
        endpoint(endpoint.orElse("https://" + name + ".blob.core.windows.net")),
        container,
        path,
        checked(credential(name, secrets)));
  }

  /** What is set counts more than the environment; of each, one is enough. */
  private static Map<String, String> secrets(
      ReplicaSettings settings, Map<String, String> environment) throws ReplicaException {
    List<String> keys = List.of(CONNECTION_STRING, ACCOUNT_KEY, SAS_TOKEN);
    Map<String, String> set = new LinkedHashMap<>();
    for (String key : keys) {
      settings.text(key).ifPresent(value -> set.put(key, value));
    }
    if (set.size() > 1) {
      throw wrong(
          set.keySet().iterator().next(),
          "of the credentials " + String.join(", ", set.keySet()) + " one is enough");
    }
    if (set.isEmpty()) {
      for (String key : keys) {
        String name = "LITESTREAM_AZURE_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
        String value = environment.get(name);
        if (value != null && !value.isEmpty()) {
          set.put(key, value);
          break;
        }
      }
    }
    return set;
  }

  private static AzureCredential credential(String account, Map<String, String> secrets) {
    String key = secrets.get(ACCOUNT_KEY);
    if (key != null) {
      return new AzureCredential.AccountKey(account, key);
    }
    String sas = secrets.get(SAS_TOKEN);
    return sas == null ? new AzureCredential.Default() : new AzureCredential.Sas(sas);
  }

  private static AzureCredential checked(AzureCredential credential) throws ReplicaException {
    if (credential instanceof AzureCredential.AccountKey key) {
      try {
        Base64.getDecoder().decode(key.key());
      } catch (IllegalArgumentException e) {
        // Without the cause, whose message quotes a character of the key.
        throw wrong(ACCOUNT_KEY, "the account key is not base64, as Azure hands it out");
      }
    }
    if (credential instanceof AzureCredential.Sas sas) {
      String token = sas.token().startsWith("?") ? sas.token().substring(1) : sas.token();
      if (!token.contains("sig=") || token.contains("://")) {
        throw wrong(SAS_TOKEN, "a shared access signature is a query with a 'sig' in it, no URL");
      }
      return new AzureCredential.Sas(token);
    }
    return credential;
  }

  private static String endpoint(String text) throws ReplicaException {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && List.of("http", "https").contains(uri.getScheme())) {
        return text.replaceAll("/+$", "");
      }
    } catch (URISyntaxException e) {
      // Said below, without its text: somebody may have put a secret there.
    }
    throw wrong(
        "endpoint",
        "an endpoint is an http or https URL, such as https://ACCOUNT.blob.core.windows.net");
  }

  private static String path(String text) throws ReplicaException {
    String path = text.replaceAll("^/+|/+$", "");
    if (!path.isEmpty()) {
      try {
        ObjectKeys.requireValid(path);
      } catch (IllegalArgumentException e) {
        throw wrong("path", "'" + text + "' is not a path in a container: " + e.getMessage());
      }
    }
    return path;
  }

  private static ReplicaException wrong(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }
}
