package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.litestream.spi.ReplicaException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs one contract on a store, by itself, and looks at what failed. */
final class ContractRun {

  /** What the next contract to be run is run on: JUnit makes the instances, so it is static. */
  private static @Nullable Supplier<StoreUnderTest> subject;

  private final EngineExecutionResults results;

  private ContractRun(EngineExecutionResults results) {
    this.results = results;
  }

  static ContractRun of(Class<? extends StoreContract> contract, Supplier<StoreUnderTest> store) {
    subject = store;
    return new ContractRun(
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(contract)).execute());
  }

  /** Exactly these tests fail, all of them for the rule, and say so in words. */
  void assertFailsOnly(String rule, String... methods) {
    Map<String, String> messages = new TreeMap<>();
    for (Event event : results.testEvents().failed().list()) {
      Throwable thrown =
          event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
      String method = method(event);
      assertThat(thrown)
          .as("what fails is an assertion, or the store, but never the kit, in %s", method)
          .isInstanceOfAny(AssertionError.class, ReplicaException.class);
      messages.put(method, thrown.getMessage());
      if (thrown instanceof AssertionError) {
        assertThat(thrown).as("message of %s", method).hasMessageContaining(rule);
      }
      assertThat(event.getTestDescriptor().getDisplayName())
          .as("name of %s", method)
          .contains(rule);
    }
    assertThat(messages).as("failed tests and their messages").containsOnlyKeys(methods);
  }

  List<String> skipReasons() {
    results.testEvents().assertStatistics(events -> events.failed(0));
    return results.testEvents().aborted().list().stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .map(result -> result.getThrowable().map(Throwable::getMessage).orElse(""))
        .toList();
  }

  private static String method(Event event) {
    String id = event.getTestDescriptor().getUniqueId().getLastSegment().getValue();
    return id.substring(0, id.indexOf('('));
  }

  private static StoreUnderTest subject() {
    return Objects.requireNonNull(subject, "no contract is being run").get();
  }

  static final class Write extends WriteContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Abandon extends AbandonContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Read extends ReadContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Listing extends ListContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Pages extends PagingContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Delete extends DeleteContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Key extends KeyContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Concurrency extends ConcurrencyContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Exclusion extends ExclusionContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Lifecycle extends LifecycleContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Errors extends ErrorContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Observations extends ObservationContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class Silence extends SilenceContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }

  static final class HttpFaults extends HttpFaultContract {
    @Override
    protected StoreUnderTest storeUnderTest() {
      return subject();
    }
  }
}
