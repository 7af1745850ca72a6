package io.litestream.cli.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * A place in a configuration file.
 *
 * @param line from 1
 * @param column from 1, in characters
 */
record Place(String file, int line, int column) {

  static Place of(String file, Optional<Mark> mark) {
    return mark.map(at -> new Place(file, at.getLine() + 1, at.getColumn() + 1))
        .orElse(new Place(file, 1, 1));
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
