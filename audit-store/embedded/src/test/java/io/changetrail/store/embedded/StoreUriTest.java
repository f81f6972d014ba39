// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the store's place and size are given. */
class StoreUriTest {
  @TempDir Path directory;

  private static AuditStore open(URI uri) {
    return AuditStoreProvider.forUri(uri).open(uri, InstantSource.system());
  }

  private URI uri(String rest) throws URISyntaxException {
    return new URI("embedded", directory.resolve("my data") + rest, null);
  }

  private static List<NewEvent> batch(long from) {
    return LongStream.range(from, from + 200)
        .mapToObj(
            number ->
                AuditEvent.builder(
                        new EventRef("/ci", "build-" + number),
                        Instant.EPOCH.plusSeconds(number),
                        Actor.unknown(),
                        Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "deploy").build())
                    .target(Target.service("checkout", "prod"))
                    .build())
        .map(event -> NewEvent.of("acme", event, event.time()))
        .toList();
  }

  @Test
  void theDataFileStaysWithinItsLimitAndOneThatWasRaisedTakesMore() throws Exception {
    long first = 0;
    try (AuditStore store = open(uri("?maxBytes=1000000"))) {
      long full = 0;
      while (full == 0 && first < 100_000) {
        try {
          store.append(batch(first));
          first += 200;
        } catch (StoreFullException e) {
          full = first;
          assertThat(e).hasMessageContaining("raise its limit");
        }
      }
      assertThat(full).as("became full").isPositive();
    }
    assertThat(Files.size(directory.resolve("my data").resolve(EmbeddedAuditStore.FILE)))
        .isBetween(200_000L, 1_000_000L);
    try (AuditStore store = open(uri("?maxBytes=2000000"))) {
      assertThat(store.append(batch(first))).hasSize(200);
      assertThat(store.health().lastSeq()).isEqualTo(first + 200);
    }
    try (AuditStore store = open(uri(""))) {
      assertThat(store.append(batch(first + 200))).hasSize(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?maxBytes=",
        "?maxBytes=-1",
        "?maxBytes=1GB",
        "?maxbytes=1000000",
        "?size=1",
        "?maxBytes=1&x=2",
        "?maxBytes=9999999999999999999",
        "?"
      })
  void anotherSettingOrNoNumberIsRefusedWithTheForm(String rest) throws Exception {
    assertThatThrownBy(() -> open(uri(rest)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("embedded:<directory>?maxBytes=<bytes>");
    assertThat(directory.resolve("my data")).doesNotExist();
  }

  @Test
  void aUriWithoutADirectoryOrOfAnotherEngineIsRefused() {
    assertThatThrownBy(() -> open(URI.create("embedded:?maxBytes=1000000")))
        .hasMessageContaining("names no directory");
    assertThatThrownBy(() -> open(URI.create("embeded:./data")))
        .hasMessageContaining("'embeded:./data'")
        .hasMessageContaining("embedded");
  }
}
