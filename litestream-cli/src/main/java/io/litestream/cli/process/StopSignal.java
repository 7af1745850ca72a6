package io.litestream.cli.process;

/** A signal that asks a process to end. */
public enum StopSignal {
  INT(2),
  TERM(15);

  /** What shells add to a signal's number to tell it from an exit code of the program's own. */
  private static final int BY_SIGNAL = 128;

  private final int number;

  StopSignal(int number) {
    this.number = number;
  }

  /** The exit code of a process that such a signal ended. */
  public int exitCode() {
    return BY_SIGNAL + number;
  }
}
