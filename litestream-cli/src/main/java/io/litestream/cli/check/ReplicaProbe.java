package io.litestream.cli.check;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.check.Finding;
import io.litestream.core.check.StoreProbe;
import io.litestream.core.check.Verdict;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Opens a replica's store for a moment, and probes it. */
public final class ReplicaProbe {

  private ReplicaProbe() {}

  /** What a replica's store allows; a store that cannot be opened is a finding as well. */
  public static List<Finding> run(
      ReplicaStores adapters, ReplicaOptions replica, RequestObserver observer, Clock clock) {
    if (!replica.age().identities().isEmpty() && !replica.age().encrypts()) {
      return settings("it has age identities but no recipients, so nothing would be encrypted");
    }
    try (ReplicaStore store = adapters.open(replica, observer)) {
      List<Finding> findings = StoreProbe.run(store, replica.type(), clock);
      return deletes(replica) ? findings : findings.stream().map(ReplicaProbe::unneeded).toList();
    } catch (IOException e) {
      return settings(String.valueOf(e.getMessage()));
    }
  }

  private static List<Finding> settings(String problem) {
    return List.of(
        new Finding("settings", Verdict.SETTINGS, Optional.empty(), Optional.empty(), problem));
  }

  private static boolean deletes(ReplicaOptions replica) {
    return replica.retention().rules().window().isPresent();
  }

  /** Where the retention deletes nothing, the store may well deny it. */
  private static Finding unneeded(Finding finding) {
    return finding.subject().equals("delete") && finding.verdict() == Verdict.DENIED
        ? new Finding(
            finding.subject(),
            Verdict.NOTE,
            finding.code(),
            Optional.empty(),
            finding.text() + "; with 'retention: none' nothing else is to be deleted")
        : finding;
  }
}
