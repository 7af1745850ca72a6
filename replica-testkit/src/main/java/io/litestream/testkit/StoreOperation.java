package io.litestream.testkit;

/** What a store can be asked to do: the steps at which an {@link InMemoryStore} can fail. */
public enum StoreOperation {
  LIST,
  OPEN,
  /** One read from a stream that {@code open} gave. */
  READ,
  CREATE,
  /** One write to a writer that {@code create} gave. */
  WRITE,
  COMMIT,
  /** One batch of at most 1,000 keys. */
  DELETE;

  /** The name of the operation in exceptions, one of those that the port has. */
  String word() {
    return switch (this) {
      case LIST -> "list";
      case OPEN, READ -> "open";
      case CREATE, WRITE -> "write";
      case COMMIT -> "commit";
      case DELETE -> "delete";
    };
  }
}
