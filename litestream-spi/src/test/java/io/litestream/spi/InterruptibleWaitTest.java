package io.litestream.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterruptibleWaitTest {

  /** How a wait has ended: by what, and whether its thread was interrupted then. */
  private record Ended(String how, boolean interrupted) {}

  private static Thread inThread(CompletableFuture<Ended> ended, InterruptibleWait.Wait<?> wait) {
    var thread =
        new Thread(
            () -> {
              String how;
              try {
                wait.run();
                how = "answered";
              } catch (IOException e) {
                how = "broken off";
              }
              ended.complete(new Ended(how, Thread.currentThread().isInterrupted()));
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void interruptEndsAReadFromASilentSocketAndIsKept() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var socket = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket silent = server.accept()) {
      assertThat(silent.isConnected()).isTrue();
      var ended = new CompletableFuture<Ended>();
      Thread thread =
          inThread(
              ended,
              () ->
                  InterruptibleWait.run(() -> socket.getInputStream().read(), () -> close(socket)));
      thread.interrupt();
      assertThat(ended.get(5, TimeUnit.SECONDS)).isEqualTo(new Ended("broken off", true));
    }
  }

  @Test
  void interruptOfOneThreadLeavesTheWaitOfAnotherAlone() throws Exception {
    var answer = new CountDownLatch(1);
    var brokenOff = new CountDownLatch(1);
    var ended = new CompletableFuture<Ended>();
    inThread(
        ended,
        () ->
            InterruptibleWait.run(
                () -> {
                  await(answer);
                  return "answer";
                },
                () -> {
                  throw new AssertionError("nobody has interrupted it");
                }));
    var other = new CompletableFuture<Ended>();
    Thread interrupted =
        inThread(
            other,
            () ->
                InterruptibleWait.run(
                    () -> {
                      awaitWithoutHearing(brokenOff);
                      throw new IOException("broken off");
                    },
                    brokenOff::countDown));
    interrupted.interrupt();
    assertThat(other.get(5, TimeUnit.SECONDS)).isEqualTo(new Ended("broken off", true));
    answer.countDown();
    assertThat(ended.get(5, TimeUnit.SECONDS)).isEqualTo(new Ended("answered", false));
  }

  @Test
  void waitThatCannotBeBrokenOffDoesNotKeepOthersFromIt() throws Exception {
    var end = new CountDownLatch(1);
    var stubborn = new CompletableFuture<Ended>();
    inThread(
            stubborn,
            () ->
                InterruptibleWait.run(
                    () -> {
                      awaitWithoutHearing(end);
                      return "answer";
                    },
                    () -> {
                      throw new IllegalStateException("it does not work");
                    }))
        .interrupt();
    interruptEndsAReadFromASilentSocketAndIsKept();
    end.countDown();
    assertThat(stubborn.get(5, TimeUnit.SECONDS)).isEqualTo(new Ended("answered", true));
  }

  @Test
  void givesTheAnswerAndPassesFailuresOn() throws IOException {
    assertThat(InterruptibleWait.run(() -> 7, () -> {})).isEqualTo(7);
    var failure = new IOException("refused");
    assertThatThrownBy(
            () ->
                InterruptibleWait.run(
                    () -> {
                      throw failure;
                    },
                    () -> {}))
        .isSameAs(failure);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As a thread waits for a socket: an interrupt neither ends it nor is used up. */
  private static void awaitWithoutHearing(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }
}
