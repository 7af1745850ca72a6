package io.litestream.cli;

import io.litestream.cli.process.StopSignal;

/** A signal ended the command before it was done. */
final class StoppedException extends InterruptedException {

  private static final long serialVersionUID = 1L;

  private final StopSignal signal;

  StoppedException(StopSignal signal) {
    super("SIG" + signal);
    this.signal = signal;
  }

  StopSignal signal() {
    return signal;
  }
}
