package io.litestream.cli.cost;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a store charges, in one currency.
 *
 * @param put for 1,000 requests, as are the next three
 * @param storage for 10^9 bytes and month
 */
public record Prices(double put, double list, double get, double delete, double storage) {

  /** By type of replica, in US dollars; docs/cost.md says from where and when. */
  public static final Map<String, Prices> BUILT_IN =
      Map.of(
          "s3", new Prices(0.005, 0.005, 0.0004, 0, 0.023),
          "gcs", new Prices(0.005, 0.005, 0.0004, 0, 0.020),
          "r2", new Prices(0.0045, 0.0045, 0.00036, 0, 0.015),
          "file", new Prices(0, 0, 0, 0, 0),
          "sftp", new Prices(0, 0, 0, 0, 0));

  public Prices {
    if (!(put >= 0 && list >= 0 && get >= 0 && delete >= 0 && storage >= 0)) {
      throw new IllegalArgumentException("a price must not be negative");
    }
  }

  /**
   * The built-in prices with those of a file in their place.
   *
   * @param json an object with one object for each name, in it {@code put}, {@code list}, {@code
   *     get}, {@code delete} and {@code storage}, all of them
   */
  public static Map<String, Prices> overriddenBy(String json) throws IOException {
    JsonTree file = JsonTree.parse(json);
    Map<String, Prices> all = new LinkedHashMap<>(BUILT_IN);
    for (String name : file.names()) {
      JsonTree prices =
          file.object(name)
              .orElseThrow(() -> new IOException("the prices of '" + name + "' are no object"));
      try {
        all.put(
            name,
            new Prices(
                number(prices, name, "put"),
                number(prices, name, "list"),
                number(prices, name, "get"),
                number(prices, name, "delete"),
                number(prices, name, "storage")));
      } catch (IllegalArgumentException e) {
        throw new IOException("the prices of '" + name + "' cannot be: " + e.getMessage(), e);
      }
    }
    return all;
  }

  private static double number(JsonTree prices, String name, String key) throws IOException {
    Optional<Double> number = prices.number(key).map(Number::doubleValue);
    return number.orElseThrow(
        () -> new IOException("the prices of '" + name + "' have no number '" + key + "'"));
  }

  /** The price of a month. */
  public double of(Usage usage) {
    return ofRequests(usage) + ofStorage(usage);
  }

  /** The price of its requests alone. */
  public double ofRequests(Usage usage) {
    return (usage.puts() * put
            + usage.lists() * list
            + usage.gets() * get
            + usage.deletes() * delete)
        / 1000;
  }

  /** The price of what is kept. */
  public double ofStorage(Usage usage) {
    return usage.storedBytes() / 1e9 * storage;
  }
}
