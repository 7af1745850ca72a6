package io.litestream.replica.azure;

import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Cancels calls whose thread is interrupted: one that waits for a socket does not hear of it. Used
 * by any number of threads.
 */
final class InterruptedCalls implements Interceptor {

  /** How soon an interrupt is heard. */
  private static final long HEARING_MILLIS = 100;

  /** A thread for all stores, which ends when no call is under way. */
  private static final ScheduledThreadPoolExecutor HEARING =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "litestream-azure-interrupts");
            thread.setDaemon(true);
            return thread;
          });

  static {
    HEARING.setRemoveOnCancelPolicy(true);
    HEARING.setKeepAliveTime(1, TimeUnit.MINUTES);
    HEARING.allowCoreThreadTimeOut(true);
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Thread waiting = Thread.currentThread();
    Future<?> hearing =
        HEARING.scheduleWithFixedDelay(
            () -> {
              if (waiting.isInterrupted()) {
                chain.call().cancel();
              }
            },
            HEARING_MILLIS,
            HEARING_MILLIS,
            TimeUnit.MILLISECONDS);
    try {
      return chain.proceed(chain.request());
    } finally {
      hearing.cancel(false);
    }
  }
}
