// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.changetrail.store.Scope;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream reads from one look at the store to the next. */
class NewEventsTest {
  private static final Scope CHECKOUT = new Scope("acme", null, Set.of("checkout"));

  @TempDir private Path directory;
  private AuditStore store;
  private int count;

  @BeforeEach
  void open() {
    URI uri = URI.create("embedded:" + directory.resolve("store"));
    store = AuditStoreProvider.forUri(uri).open(uri, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void append(String... services) {
    Instant now = Instant.now();
    store.append(
        Arrays.stream(services)
            .map(
                service ->
                    AuditEvent.builder(
                            new EventRef("/ci", service + count++),
                            now,
                            Actor.unknown(),
                            Change.of(ChangeKind.DEPLOYMENT, Phase.OCCURRED, "deploy").build())
                        .target(Target.service(service, "prod"))
                        .build())
            .map(event -> NewEvent.of("acme", event, now))
            .toList());
  }

  private static List<String> services(NewEvents news) {
    return news.events().stream()
        .map(stored -> stored.event().targets().get(0).service())
        .map(String::valueOf)
        .toList();
  }

  @Test
  void whatAReaderMayNotSeeIsNotLookedAtAgain() {
    append("checkout", "payroll", "payroll", "payroll");

    NewEvents news = NewEvents.behind(store, CHECKOUT, 0, 10);

    assertThat(services(news)).containsExactly("checkout");
    assertThat(news.upTo()).isEqualTo(store.health().lastSeq());
    append("payroll", "checkout");
    assertThat(services(NewEvents.behind(store, CHECKOUT, news.upTo(), 10)))
        .containsExactly("checkout");
  }

  @Test
  void whereThereIsMoreTheNextLookBeginsBehindTheLastEventThatWasSeen() {
    append("checkout", "payroll", "checkout", "payroll", "checkout");

    NewEvents first = NewEvents.behind(store, CHECKOUT, 0, 2);
    NewEvents second = NewEvents.behind(store, CHECKOUT, first.upTo(), 2);

    assertThat(first.upTo()).isEqualTo(first.events().get(1).seq());
    assertThat(services(second)).containsExactly("checkout");
    assertThat(NewEvents.behind(store, CHECKOUT, second.upTo(), 2).events()).isEmpty();
  }
}
