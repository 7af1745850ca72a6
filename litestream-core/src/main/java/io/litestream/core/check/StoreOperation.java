package io.litestream.core.check;

import java.util.Locale;
import java.util.Optional;

/** What a replica's store must allow, and what the vendors call that. */
public enum StoreOperation {
  WRITE(
      "s3:PutObject",
      "storage.objects.create",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
      "to write in the directory"),
  LIST(
      "s3:ListBucket",
      "storage.objects.list",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "to read the directory"),
  READ(
      "s3:GetObject",
      "storage.objects.get",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "to read the file"),
  DELETE(
      "s3:DeleteObject",
      "storage.objects.delete",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
      "to write in the directory");

  private final String s3;
  private final String gcs;
  private final String azure;
  private final String files;

  StoreOperation(String s3, String gcs, String azure, String files) {
    this.s3 = s3;
    this.gcs = gcs;
    this.azure = azure;
    this.files = files;
  }

  /** One word. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The permission it takes in replicas of a type; empty for types of others. */
  public Optional<String> permission(String type) {
    return switch (type) {
      case "s3" -> Optional.of(s3);
      case "gcs" -> Optional.of(gcs);
      case "abs" -> Optional.of(azure);
      case "file", "sftp" -> Optional.of(files);
      default -> Optional.empty();
    };
  }
}
