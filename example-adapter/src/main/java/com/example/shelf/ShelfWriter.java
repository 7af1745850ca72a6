package com.example.shelf;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** One object being written: into a file on this machine, and to the Shelf with the commit. */
final class ShelfWriter extends ObjectWriter {

  private final ShelfRequests requests;
  private final ShelfCall call;
  private final Path file;
  private final OutputStream out;
  private boolean ended;

  private ShelfWriter(ShelfRequests requests, ShelfCall call, Path file) throws IOException {
    this.requests = requests;
    this.call = call;
    this.file = file;
    this.out = new BufferedOutputStream(Files.newOutputStream(file));
  }

  static ShelfWriter begin(ShelfRequests requests, ShelfCall call) throws ReplicaException {
    try {
      return new ShelfWriter(requests, call, Files.createTempFile("shelf-", ".tmp"));
    } catch (IOException e) {
      throw call.unavailable("no temporary file can be made: " + e.getMessage(), e);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    requireOpen();
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw call.unavailable("the temporary file cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    ended = true;
    try {
      out.close();
      requests.send(call, BodyPublishers.ofFile(file), BodyHandlers.discarding());
    } catch (ReplicaException e) {
      throw e;
    } catch (IOException e) {
      throw call.unavailable("the temporary file cannot be read: " + e.getMessage(), e);
    }
  }

  private void requireOpen() throws ReplicaException {
    if (ended) {
      throw new IllegalStateException("the writer of " + call.key() + " has ended");
    }
    requests.requireUsable(call);
  }

  @Override
  public void close() throws IOException {
    ended = true;
    try {
      out.close();
    } catch (IOException e) {
      throw call.unavailable("the temporary file cannot be closed: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
