package io.litestream.cli;

/** The version of this program. */
final class Version {

  private Version() {}

  /** As the jar's manifest says, such as {@code v1.0.0}; {@code vdev} outside of a jar. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "v" + (version == null ? "dev" : version);
  }
}
