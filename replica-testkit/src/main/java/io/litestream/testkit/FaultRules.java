package io.litestream.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Which of a proxy's subjects (its requests, its connections) meet which faults. Used by any number
 * of threads.
 */
final class FaultRules<S, F> {

  /** Of the subjects that match, the ones numbered {@code from} up to before {@code to}. */
  private record Rule<S, F>(Predicate<S> subjects, int from, int to, AtomicInteger seen, F fault) {

    boolean meets(S subject) {
      if (!subjects.test(subject)) {
        return false;
      }
      int number = seen.incrementAndGet();
      return number >= from && number < to;
    }
  }

  private final List<Rule<S, F>> rules = new CopyOnWriteArrayList<>();

  void nth(int n, Predicate<S> subjects, F fault) {
    add(subjects, n, n + 1, fault);
  }

  void next(int times, Predicate<S> subjects, F fault) {
    add(subjects, 1, times + 1, fault);
  }

  void each(Predicate<S> subjects, F fault) {
    add(subjects, 1, Integer.MAX_VALUE, fault);
  }

  private void add(Predicate<S> subjects, int from, int to, F fault) {
    if (from < 1 || to <= from) {
      throw new IllegalArgumentException("faults are counted from 1, not " + from + " to " + to);
    }
    rules.add(new Rule<>(subjects, from, to, new AtomicInteger(), fault));
  }

  /** Counts the subject, and gives the faults that it meets in the order they were set. */
  List<F> take(S subject) {
    var faults = new ArrayList<F>();
    for (Rule<S, F> rule : rules) {
      if (rule.meets(subject)) {
        faults.add(rule.fault());
      }
    }
    return faults;
  }

  void clear() {
    rules.clear();
  }
}
