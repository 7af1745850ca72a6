package io.litestream.replica.s3;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts how often a call of the library went out, for whoever hands in a counter with it. */
final class SentCount implements ExecutionInterceptor {

  static final ExecutionAttribute<AtomicInteger> COUNTER =
      new ExecutionAttribute<>("LitestreamSentCount");

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    AtomicInteger counter = attributes.getAttribute(COUNTER);
    if (counter != null) {
      counter.incrementAndGet();
    }
  }
}
