package io.litestream.cli.process;

import java.util.function.Consumer;

/** Where stop signals come from. */
@FunctionalInterface
public interface StopSignals {

  /**
   * Has a listener told of the first signal from now on. Whoever sends a second one does not want
   * to wait: the process then ends at once.
   *
   * @param first called once, by a thread of its own
   * @param beforeAbort called for the second signal, to return quickly
   */
  void listen(Consumer<StopSignal> first, Runnable beforeAbort);
}
