package io.litestream.core.engine;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes somebody when a file changes, once for each time that it is armed. A directory is watched
 * only while somebody waits for one of its files, so that a database under load causes no events.
 * All methods may be called by any thread.
 */
final class DirectoryWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DirectoryWatch.class);

  private static final class Watched {
    final WatchKey key;
    final Map<Path, Runnable> armed = new HashMap<>();

    Watched(WatchKey key) {
      this.key = key;
    }
  }

  private final @Nullable WatchService service;
  private final Map<Path, Watched> directories = new HashMap<>();
  private boolean warned;

  private DirectoryWatch(@Nullable WatchService service) {
    this.service = service;
  }

  /**
   * A watch with a thread of its own; without notification from the system, it never wakes anyone.
   */
  static DirectoryWatch start() {
    WatchService service = null;
    DirectoryWatch watch;
    try {
      service = FileSystems.getDefault().newWatchService();
      watch = new DirectoryWatch(service);
      Thread thread = new Thread(watch::run, "litestream-watch");
      thread.setDaemon(true);
      thread.start();
    } catch (IOException e) {
      watch = new DirectoryWatch(service);
      watch.warn(e);
    }
    return watch;
  }

  private void warn(IOException e) {
    if (!warned) {
      warned = true;
      log.atWarn()
          .addKeyValue("error", e.getMessage())
          .log("file changes cannot be watched; databases are looked at each monitor-interval");
    }
  }

  /**
   * Wakes, once, when the file is next created or written to. A change just before this call may be
   * missed: look again after it.
   */
  void arm(Path file, Runnable wake) {
    Path directory = file.getParent();
    if (service == null || directory == null) {
      return;
    }
    synchronized (directories) {
      try {
        Watched watched = directories.get(directory);
        if (watched == null) {
          watched =
              new Watched(
                  directory.register(
                      service,
                      StandardWatchEventKinds.ENTRY_CREATE,
                      StandardWatchEventKinds.ENTRY_MODIFY));
          directories.put(directory, watched);
        }
        watched.armed.put(file, wake);
      } catch (IOException e) {
        warn(e);
      } catch (ClosedWatchServiceException e) {
        return; // the engine is closing
      }
    }
  }

  /** Wakes nobody about this file any more. */
  void disarm(Path file) {
    synchronized (directories) {
      Path directory = file.getParent();
      Watched watched = directories.get(directory);
      if (watched != null && directory != null) {
        watched.armed.remove(file);
        leaveIfUnused(directory, watched);
      }
    }
  }

  private void leaveIfUnused(Path directory, Watched watched) {
    if (watched.armed.isEmpty()) {
      watched.key.cancel();
      directories.remove(directory);
    }
  }

  private void run() {
    WatchService from = service;
    while (from != null) {
      WatchKey key;
      try {
        key = from.take();
      } catch (ClosedWatchServiceException e) {
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      for (Runnable wake : due(key)) {
        wake.run();
      }
    }
  }

  private List<Runnable> due(WatchKey key) {
    List<Runnable> due = new ArrayList<>();
    synchronized (directories) {
      Path directory = (Path) key.watchable();
      Watched watched = directories.get(directory);
      for (WatchEvent<?> event : key.pollEvents()) {
        if (watched == null || watched.key != key) {
          continue; // a late event of a directory that was left
        }
        if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
          due.addAll(watched.armed.values());
          watched.armed.clear();
        } else if (event.context() instanceof Path name) {
          Runnable wake = watched.armed.remove(directory.resolve(name));
          if (wake != null) {
            due.add(wake);
          }
        }
      }
      boolean valid = key.reset();
      if (watched != null && watched.key == key) {
        if (!valid) {
          directories.remove(directory);
          due.addAll(watched.armed.values());
        } else {
          leaveIfUnused(directory, watched);
        }
      }
    }
    return due;
  }

  @Override
  public void close() throws IOException {
    if (service != null) {
      service.close();
    }
  }
}
