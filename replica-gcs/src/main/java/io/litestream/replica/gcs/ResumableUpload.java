package io.litestream.replica.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.EmptyContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.model.StorageObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An upload in chunks. Used by one thread, but for {@link #cancel}.
 *
 * @see <a href="https://cloud.google.com/storage/docs/performing-resumable-uploads">Resumable
 *     uploads</a>
 */
final class ResumableUpload {

  private static final int RESUME_INCOMPLETE = 308;
  private static final Pattern KEPT = Pattern.compile("bytes=0-([0-9]{1,18})");

  private final GcsStore store;

  /** Whoever knows it may write to the object: never shown. */
  private final GenericUrl session;

  private final AtomicBoolean ended = new AtomicBoolean();

  /** How much of the object the service has. */
  private long kept;

  /** How much of the object chunks before this one had. */
  private long before;

  private @Nullable StorageObject stored;

  private ResumableUpload(GcsStore store, GenericUrl session) {
    this.store = store;
    this.session = session;
  }

  static ResumableUpload begin(GcsStore store, String name) throws IOException {
    GenericUrl url = store.client().uploadUrl(name, "resumable");
    HttpRequest request = store.client().requests().buildPostRequest(url, new EmptyContent());
    request.getHeaders().set("X-Upload-Content-Type", "application/octet-stream");
    HttpResponse response = request.execute();
    String location = response.getHeaders().getLocation();
    response.disconnect();
    if (location == null) {
      throw new IOException("the store does not say where to upload to");
    }
    var upload = new ResumableUpload(store, session(url, location));
    store.began(upload);
    return upload;
  }

  /** At the address that we were given, even if the service knows itself by another name. */
  private static GenericUrl session(GenericUrl known, String location) {
    URI uri = URI.create(location);
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    int port = known.getPort();
    return new GenericUrl(
        known.getScheme()
            + "://"
            + known.getHost()
            + (port < 0 ? "" : ":" + port)
            + uri.getRawPath()
            + query,
        true);
  }

  /**
   * Sends one chunk, as often as it takes.
   *
   * @param last whether the object is whole with it
   * @return what the service has stored, after the last one
   */
  StorageObject send(byte[] chunk, int length, boolean last) throws IOException {
    long end = before + length;
    Retries retries = store.client().retries();
    while (true) {
      StorageObject whole = stored;
      if (whole != null) {
        // Said in answer to a chunk, or to the question what became of one.
        store.ended(this);
        ended.set(true);
        return whole;
      }
      int from = (int) (kept - before);
      String total = last ? Long.toString(end) : "*";
      String range =
          from == length ? "bytes */" + total : "bytes " + kept + "-" + (end - 1) + "/" + total;
      try {
        long had = kept;
        put(range, new ByteArrayContent("application/octet-stream", chunk, from, length - from));
        if (kept == end && !last) {
          before = end;
          return new StorageObject();
        }
        if (kept > had || stored != null) {
          retries.reset();
          continue;
        }
        if (!retries.pause(Duration.ZERO)) {
          throw new IOException("the store does not take the upload on");
        }
      } catch (IOException e) {
        if (!isPassing(e) || !retries.pause(Duration.ZERO)) {
          throw e;
        }
        ask(retries, last ? Long.toString(end) : "*", e);
      }
      if (kept < before || kept > end) {
        throw new IOException("the store has lost " + (before - kept) + " bytes of the upload");
      }
    }
  }

  /** The service knows nothing of the upload any more; only a new one can succeed. */
  private static final class LostException extends IOException {

    private static final long serialVersionUID = 1L;

    LostException() {
      super("the store has given up the upload");
    }
  }

  private static boolean isPassing(IOException e) {
    return !(e instanceof LostException) && isPassingAnswer(e);
  }

  private static boolean isPassingAnswer(IOException e) {
    return !(e instanceof GoogleJsonResponseException refused)
        || Retries.mayPass(refused.getStatusCode());
  }

  /** Asks how much the service has: whether the chunk arrived cannot be told from its failure. */
  private void ask(Retries retries, String total, IOException failure) throws IOException {
    while (true) {
      try {
        put("bytes */" + total, new EmptyContent());
        return;
      } catch (IOException e) {
        if (!isPassing(e) || !retries.pause(Duration.ZERO)) {
          e.addSuppressed(failure);
          throw e;
        }
      }
    }
  }

  private void put(String range, HttpContent content) throws IOException {
    HttpRequest request = store.client().requests().buildPutRequest(session, content);
    request.setNumberOfRetries(0);
    request.setThrowExceptionOnExecuteError(false);
    request.getHeaders().setContentRange(range);
    request.setParser(GsonFactory.getDefaultInstance().createJsonObjectParser());
    HttpResponse response = request.execute();
    try {
      if (response.getStatusCode() == RESUME_INCOMPLETE) {
        String header = response.getHeaders().getRange();
        Matcher matcher = KEPT.matcher(header == null ? "" : header);
        kept = matcher.matches() ? Long.parseLong(matcher.group(1)) + 1 : 0;
      } else if (response.isSuccessStatusCode()) {
        stored = response.parseAs(StorageObject.class);
      } else if (response.getStatusCode() == 404 || response.getStatusCode() == 410) {
        throw new LostException();
      } else {
        throw GoogleJsonResponseException.from(GsonFactory.getDefaultInstance(), response);
      }
    } finally {
      response.disconnect();
    }
  }

  /** Tries to; an upload that stays is not billed, and expires after a week. */
  void cancel() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    store.ended(this);
    try {
      HttpRequest request = store.client().requests().buildDeleteRequest(session);
      request.setNumberOfRetries(0);
      request.setThrowExceptionOnExecuteError(false);
      request.execute().disconnect();
    } catch (IOException | RuntimeException e) {
      // See above.
    }
  }
}
