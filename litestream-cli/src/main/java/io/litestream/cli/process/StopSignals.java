package io.litestream.cli.process;

import java.util.function.Consumer;

/** Where the signals come from that ask this process to end, or to read its configuration again. */
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

  /**
   * Has an action run for each signal that asks to read the configuration again, from now on.
   * Without this call such a signal ends the process.
   *
   * @param action to return quickly
   */
  default void onReload(Runnable action) {}
}
