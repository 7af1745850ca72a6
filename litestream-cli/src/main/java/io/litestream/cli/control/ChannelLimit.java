package io.litestream.cli.control;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Closes a channel that takes too long, since Unix domain sockets know no timeouts: whoever is
 * blocked in it then gets an exception.
 */
final class ChannelLimit {

  private static final ScheduledThreadPoolExecutor CLOCK =
      new ScheduledThreadPoolExecutor(
          1,
          body -> {
            Thread thread = new Thread(body, "litestream-control-clock");
            thread.setDaemon(true);
            return thread;
          });

  static {
    CLOCK.setRemoveOnCancelPolicy(true);
    CLOCK.setKeepAliveTime(10, TimeUnit.SECONDS);
    CLOCK.allowCoreThreadTimeOut(true);
  }

  private final Future<?> end;

  private ChannelLimit(Future<?> end) {
    this.end = end;
  }

  /** From now on. */
  static ChannelLimit of(Channel channel, Duration limit) {
    return new ChannelLimit(
        CLOCK.schedule(() -> close(channel), limit.toNanos(), TimeUnit.NANOSECONDS));
  }

  private static void close(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nobody can use it any more, which is all that was wanted.
    }
  }

  /** Whether it has struck. */
  boolean isReached() {
    return end.isDone() && !end.isCancelled();
  }

  /** Takes the limit away. */
  void lift() {
    end.cancel(false);
  }
}
