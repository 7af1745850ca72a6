package io.litestream.core.layout;

import io.litestream.core.position.TxId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of the objects of a replica that Litestream v0.5 has written. Each holds the pages that a
 * range of transactions has changed, and is named by it:
 *
 * <pre>
 * ltx/&lt;level&gt;/&lt;first&gt;-&lt;last&gt;.ltx       in directories, and in most stores
 * &lt;level&gt;/&lt;first&gt;-&lt;last&gt;.ltx           in S3 and Alibaba's OSS; the level has 4 hexadecimal digits
 * </pre>
 *
 * <p>A level is 0 for single transactions, 1 to 8 for what they were compacted to, 9 for snapshots.
 */
public final class LtxLayout {

  /** Files of this level hold whole databases. */
  public static final int SNAPSHOT_LEVEL = 9;

  /** Below this prefix lies one "directory" for each level, except in S3 and OSS. */
  public static final String LEVELS = "ltx/";

  /** What the names of levels in S3 and OSS begin with. */
  public static final String BARE_LEVELS = "000";

  private static final Pattern LEVEL = Pattern.compile("(?:ltx/|000)([0-9])/");
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.ltx");

  private LtxLayout() {}

  /** The level that a common prefix names. */
  public static Optional<Integer> parseLevel(String prefix) {
    Matcher matcher = LEVEL.matcher(prefix);
    return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  /** The first transaction of the file of that key below a level's prefix. */
  public static Optional<TxId> parseFirst(String levelPrefix, String key) {
    return parse(levelPrefix, key, 1);
  }

  /** The last transaction of the file of that key below a level's prefix. */
  public static Optional<TxId> parseLast(String levelPrefix, String key) {
    return parse(levelPrefix, key, 2);
  }

  private static Optional<TxId> parse(String levelPrefix, String key, int group) {
    if (!key.startsWith(levelPrefix)) {
      return Optional.empty();
    }
    Matcher matcher = FILE.matcher(key.substring(levelPrefix.length()));
    return matcher.matches() ? TxId.parse(matcher.group(group)) : Optional.empty();
  }
}
