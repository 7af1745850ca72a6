package io.litestream.replica.azure;

/** How a store proves who it is. Never shows a secret. */
sealed interface AzureCredential {

  /**
   * An account's shared key.
   *
   * @param key in base64
   */
  record AccountKey(String account, String key) implements AzureCredential {
    @Override
    public String toString() {
      return "account key of " + account;
    }
  }

  /**
   * A shared access signature.
   *
   * @param token the query, without the question mark
   */
  record Sas(String token) implements AzureCredential {
    @Override
    public String toString() {
      return "shared access signature";
    }
  }

  /** Whatever the machine offers: environment, workload or managed identity, command lines. */
  record Default() implements AzureCredential {
    @Override
    public String toString() {
      return "default credential";
    }
  }
}
