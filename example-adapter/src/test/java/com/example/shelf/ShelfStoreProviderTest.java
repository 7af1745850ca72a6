package com.example.shelf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ShelfStoreProviderTest {

  private final ShelfStoreProvider provider = new ShelfStoreProvider();

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .hasAtLeastOneElementOfType(ShelfStoreProvider.class);
  }

  @Test
  void urlNamesHostAndPath() throws ReplicaException {
    assertThat(provider.parseUrl("shelf://shelf.example.com:8443/backups/app"))
        .isEqualTo(Map.of("endpoint", "https://shelf.example.com:8443", "path", "/backups/app"));
  }

  @Test
  void urlsThatMeanSomethingElseAreRefusedWithoutRepeatingThem() {
    for (String url :
        List.of(
            "shelf://",
            "shelf:///path",
            "shelf://me:sesame@host/",
            "shelf://host/?t=sesame",
            "shelf://host/ sesame")) {
      assertThatThrownBy(() -> provider.parseUrl(url))
          .as(url)
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
          .hasMessageNotContaining("sesame");
    }
  }

  @Test
  void opensAStoreThatReadsWhatItWrote() throws Exception {
    try (var server = new ShelfServer();
        ReplicaStore store =
            provider.open(settings(server, "token", ShelfServer.TOKEN), RequestObserver.NONE)) {
      try (var writer = store.create("a/1")) {
        writer.write(7);
        writer.commit();
      }
      assertThat(server.objects().objects()).containsOnlyKeys("backups/app/a/1");
      try (var in = store.open("a/1")) {
        assertThat(in.readAllBytes()).containsExactly(7);
      }
    }
  }

  @Test
  void unknownSettingIsAnErrorThatNamesTheNearestOne() throws Exception {
    try (var server = new ShelfServer()) {
      assertThatThrownBy(
              () -> provider.open(settings(server, "tokn", "sesame"), RequestObserver.NONE))
          .isInstanceOf(ReplicaException.class)
          .hasMessageNotContaining("sesame");
    }
  }

  @Test
  void wrongTokenIsADenialThatDoesNotShowIt() throws Exception {
    try (var server = new ShelfServer();
        ReplicaStore store =
            provider.open(settings(server, "token", "open-barley"), RequestObserver.NONE)) {
      assertThatThrownBy(() -> store.open("a/1"))
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
          .hasMessage("open a/1: the shelf refuses it (HTTP 401)");
    }
  }

  private static ReplicaSettings settings(ShelfServer server, String key, String value) {
    return new ReplicaSettings(
        "shelf",
        Map.of(
            "endpoint",
            "http://127.0.0.1:" + server.address().getPort(),
            "path",
            "/backups/app/",
            key,
            value));
  }
}
