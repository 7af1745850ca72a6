package io.litestream.cli.process;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The signals of this process. A shutdown hook would not do: after one, the JVM exits with 143 even
 * if all went well, and supervisors take that for a failure.
 */
public final class ProcessSignals implements StopSignals {

  @Override
  public void listen(Consumer<StopSignal> first, Runnable beforeAbort) {
    AtomicBoolean told = new AtomicBoolean();
    for (StopSignal signal : StopSignal.values()) {
      handle(
          signal.name(),
          () -> {
            if (told.compareAndSet(false, true)) {
              first.accept(signal);
            } else {
              beforeAbort.run();
              Runtime.getRuntime().halt(signal.exitCode());
            }
          });
    }
  }

  /** SIGHUP, as for other services. Under {@code nohup} it stays ignored. */
  @Override
  public void onReload(Runnable action) {
    handle("HUP", action);
  }

  /**
   * Calls {@code sun.misc.Signal.handle}, which jdk.unsupported exports because nothing else can do
   * it. By reflection: the compiler's warning about the class cannot be suppressed.
   */
  private static void handle(String signal, Runnable action) {
    // The thread that a signal is handled in is the JVM's; what it starts is to find the adapters.
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              ProcessSignals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                Thread.currentThread().setContextClassLoader(context);
                action.run();
                return null;
              });
      type.getMethod("handle", type, handlerType)
          .invoke(null, type.getConstructor(String.class).newInstance(signal), handler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM cannot handle the signal " + signal, e);
    }
  }
}
