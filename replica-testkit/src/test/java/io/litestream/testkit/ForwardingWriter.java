package io.litestream.testkit;

import io.litestream.spi.ObjectWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Does what another writer does, but for what a subclass does wrong, and remembers the bytes. */
class ForwardingWriter extends ObjectWriter {

  final ObjectWriter writer;
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  boolean committed;

  ForwardingWriter(ObjectWriter writer) {
    this.writer = writer;
  }

  @Override
  public void write(int b) throws IOException {
    writer.write(b);
    written.write(b);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    writer.write(buffer, offset, length);
    written.write(buffer, offset, length);
  }

  @Override
  public void commit() throws IOException {
    writer.commit();
    committed = true;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
