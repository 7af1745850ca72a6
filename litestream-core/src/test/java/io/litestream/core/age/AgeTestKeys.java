package io.litestream.core.age;

import java.util.List;

/** Keys of nobody, made by {@code age-keygen} for tests. */
public final class AgeTestKeys {

  public static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";
  public static final String IDENTITY =
      "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";
  public static final String OTHER_RECIPIENT =
      "age1qw9qvn4nnzr2e6yc87h4e0e4yx0et7twlc7z5nxars5mhz3v8qcsm52jvj";
  public static final String OTHER_IDENTITY =
      "AGE-SECRET-KEY-1DELJFNQQAANJT7CDRKLPMNXGN3JF06RT39YL4ZY6VNUNA95YD3USZQFKQZ";

  /** Can write and read. */
  public static final AgeKeys BOTH = new AgeKeys(List.of(RECIPIENT), List.of(IDENTITY));

  /** Can write alone. */
  public static final AgeKeys WRITE_ONLY = new AgeKeys(List.of(RECIPIENT), List.of());

  /** Can read alone. */
  public static final AgeKeys READ_ONLY = new AgeKeys(List.of(), List.of(IDENTITY));

  private AgeTestKeys() {}
}
