// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import io.changetrail.store.Reduction;
import io.changetrail.store.Scope;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a limited reader learns over HTTP: of a server that holds everything the same as of one that
 * holds only what that reader may see.
 */
@Timeout(300)
class ScopeTest {
  private static final Instant NIGHT = Instant.parse("2026-01-31T02:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NIGHT.plusSeconds(7200));
  private static final Set<String> ENVIRONMENTS = Set.of("prod");
  private static final Set<String> SERVICES = Set.of("checkout", "cart");

  /** In every name, text and value of what the reader must not see. */
  private static final String HIDDEN = "hidden";

  private static final List<Target> VISIBLE =
      List.of(
          Target.service("checkout", "prod"),
          Target.service("cart", "prod"),
          new Target("checkout", "prod", "eu-west-1", "prod-eu1", "shop", null)
              .withResource(new Resource("ConfigMap", "checkout", "uid-1")));

  private static final List<Target> INVISIBLE =
      List.of(
          Target.service("payroll-hidden", "prod"),
          Target.service("checkout", "staging-hidden"),
          new Target("payroll-hidden", "prod", "region-hidden", "cluster-hidden", "ns-hidden", null)
              .withResource(new Resource("ConfigMap", "payroll-hidden", "uid-hidden")));

  @TempDir private Path all;
  @TempDir private Path part;

  private final Map<EventRef, AuditEvent> events = new LinkedHashMap<>();

  /** An event that may reach visible targets, hidden ones, both, or none. */
  private AuditEvent event(int number, Random random) {
    List<Target> targets = new ArrayList<>();
    int reach = random.nextInt(10);
    if (reach < 6) {
      targets.add(VISIBLE.get(random.nextInt(VISIBLE.size())));
    }
    if (reach > 3 && reach < 9) {
      targets.add(INVISIBLE.get(random.nextInt(INVISIBLE.size())));
    }
    boolean secret = targets.isEmpty() || targets.stream().anyMatch(INVISIBLE::contains);
    String words = secret ? HIDDEN : "open";
    List<ChangeKind> kinds =
        targets.isEmpty()
            ? List.of(ChangeKind.BUILD, ChangeKind.CODE)
            : List.of(ChangeKind.DEPLOYMENT, ChangeKind.CONFIG, ChangeKind.FEATURE_FLAG);
    ChangeKind kind = kinds.get(random.nextInt(kinds.size()));
    Phase phase = List.of(Phase.STARTED, Phase.FINISHED, Phase.OCCURRED).get(random.nextInt(3));
    Change.Builder change =
        Change.of(kind, phase, "act")
            .summary("number " + number + " " + words)
            .reason("because " + words)
            .ticket("OPS-" + words)
            .id("run-" + words + random.nextInt(12));
    if (phase != Phase.STARTED) {
      change.outcome(random.nextBoolean() ? Outcome.SUCCESS : Outcome.FAILURE);
    }
    if (random.nextBoolean()) {
      change.state(
          StructuralDiff.between(
              Events.json("{\"spec\":{\"" + words + "\":" + random.nextInt(3) + "}}"),
              Events.json("{\"spec\":{\"" + words + "\":" + (3 + random.nextInt(3)) + "}}")));
    }
    List<EventRef> causes = new ArrayList<>();
    List<EventRef> earlier = List.copyOf(events.keySet());
    if (!earlier.isEmpty() && random.nextInt(3) == 0) {
      causes.add(earlier.get(random.nextInt(earlier.size())));
    }
    if (!earlier.isEmpty() && random.nextInt(6) == 0) {
      change.rollbackOf(earlier.get(random.nextInt(earlier.size())));
    }
    return AuditEvent.builder(
            new EventRef(secret ? "/ci/other" : Events.GITHUB, "e-" + number),
            NIGHT.plusSeconds(random.nextInt(3600)),
            Actor.user(random.nextBoolean() ? "ada" : "grace", Actor.Evidence.DECLARED),
            change.build())
        .targets(targets)
        .provenance(
            Events.provenance(
                Events.commit(Events.REVISION.substring(0, 39) + random.nextInt(3)),
                Events.build("77" + random.nextInt(3)),
                Events.image(Events.DIGEST.substring(0, 70) + random.nextInt(3))))
        .links(new Links(null, null, causes, Map.of("page", "https://example.org/" + words)))
        .attribute("note", Events.json("\"" + words + "\""))
        .build();
  }

  private Optional<AuditEvent> visible(AuditEvent event) {
    return Reduction.reduce(
        event,
        new Scope("default", ENVIRONMENTS, SERVICES),
        ref -> Optional.ofNullable(events.get(ref)).map(AuditEvent::targets));
  }

  /** Without what says where an event stands among all events, or that a part was left out. */
  private static JsonNode comparable(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of("seq", "reduced", "nextCursor"));
    }
    node.forEach(ScopeTest::comparable);
    return node;
  }

  private static List<JsonNode> pages(RunningServer server, String path, String... parameters)
      throws Exception {
    List<JsonNode> found = new ArrayList<>();
    String cursor = "";
    do {
      List<String> asked = new ArrayList<>(List.of(parameters));
      asked.addAll(List.of("limit", "7"));
      if (!cursor.isEmpty()) {
        asked.addAll(List.of("cursor", cursor));
      }
      RunningServer.Answer answer = server.get(path, asked.toArray(String[]::new));
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text()).doesNotContain(HIDDEN);
      JsonNode page = answer.json();
      cursor = page.path("nextCursor").asText("").replace("null", "");
      page.path(path.substring("/v1/".length())).forEach(one -> found.add(comparable(one)));
    } while (!cursor.isEmpty());
    return found;
  }

  private static JsonNode answer(RunningServer.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.text()).doesNotContain("payroll-hidden", "staging-hidden", "number-hidden");
    return comparable(answer.json());
  }

  /** The events of a stream from the beginning up to the one of this id. */
  private static List<JsonNode> streamed(RunningServer server, String last) throws Exception {
    List<JsonNode> seen = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                server.stream("/v1/stream?after=0", null).body(), StandardCharsets.UTF_8))) {
      while (seen.isEmpty() || !seen.get(seen.size() - 1).path("id").asText().equals(last)) {
        String line = lines.readLine();
        if (line.startsWith("data: ")) {
          assertThat(line).doesNotContain(HIDDEN);
          seen.add(comparable(Events.json(line.substring("data: ".length()))));
        }
      }
    }
    return seen;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void Q4_aLimitedReaderLearnsNoMoreThanOfAServerThatHoldsOnlyTheVisiblePart(long seed)
      throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      AuditEvent event = event(i, random);
      events.put(event.ref(), event);
    }
    AuditEvent last = Events.deployment("last", NIGHT, "cart", "prod").build();
    events.put(last.ref(), last);
    List<AuditEvent> seen =
        events.values().stream().flatMap(event -> visible(event).stream()).toList();
    assertThat(seen).as("some, but not all").hasSizeBetween(20, 50);
    TokenFile tokens = new TokenFile(all.resolve(TokenFile.NAME));
    String writer =
        tokens
            .create(
                new TokenFile.Grant(
                    "ci", "default", null, new Token.Ingest(List.of("*")), null, false),
                NIGHT)
            .secret();
    String limited =
        tokens
            .create(
                new TokenFile.Grant(
                    "team",
                    "default",
                    null,
                    null,
                    new Token.Read(List.copyOf(ENVIRONMENTS), List.copyOf(SERVICES), null),
                    false),
                NIGHT)
            .secret();
    try (RunningServer whole = RunningServer.start(all, CLOCK);
        RunningServer reference = RunningServer.start(part, CLOCK)) {
      whole.as(writer).store(events.values().toArray(AuditEvent[]::new));
      reference.store(seen.toArray(AuditEvent[]::new));
      RunningServer reader = whole.as(limited);

      for (String[] query : queries()) {
        for (String path : List.of("/v1/events", "/v1/changes")) {
          assertThat(pages(reader, path, query))
              .as("%s %s", path, List.of(query))
              .isEqualTo(pages(reference, path, query));
        }
        for (String path : List.of("/v1/histogram", "/v1/facets")) {
          assertThat(answer(reader.get(path, query)))
              .as("%s %s", path, List.of(query))
              .isEqualTo(answer(reference.get(path, query)));
        }
      }
      assertThat(pages(reader, "/v1/events", "view", "raw"))
          .isEqualTo(pages(reference, "/v1/events", "view", "raw"));
      for (AuditEvent event : events.values()) {
        List<JsonNode> found = pages(reader, "/v1/events", "refers_to", event.ref().toString());
        assertThat(found)
            .isEqualTo(pages(reference, "/v1/events", "refers_to", event.ref().toString()));
      }
      for (JsonNode event : pages(reference, "/v1/events")) {
        String id = event.path("eventid").asText();
        assertThat(answer(reader.get("/v1/lineage", "event", id)))
            .as("the chain of %s", event.path("id"))
            .isEqualTo(answer(reference.get("/v1/lineage", "event", id)));
      }
      for (String service : List.of("checkout", "cart", "payroll")) {
        String[] state = {
          "service",
          service,
          "from",
          NIGHT.plusSeconds(900).toString(),
          "at",
          NIGHT.plusSeconds(3000).toString()
        };
        assertThat(answer(reader.get("/v1/state", state)))
            .isEqualTo(answer(reference.get("/v1/state", state)));
        String question =
            "{\"service\":\"%s\",\"environment\":\"prod\",\"alertedAt\":\"%s\"}"
                .formatted(service, NIGHT.plusSeconds(3000));
        assertThat(answer(reader.post("/v1/correlate", "application/json", question)))
            .isEqualTo(answer(reference.post("/v1/correlate", "application/json", question)));
      }
      assertThat(answer(reader.get("/v1/unmapped")))
          .isEqualTo(answer(reference.get("/v1/unmapped")));
      assertThat(streamed(reader, "last")).isEqualTo(streamed(reference, "last"));
    }
  }

  private static List<String[]> queries() {
    return List.of(
        new String[] {},
        new String[] {"service", "checkout"},
        new String[] {"service", "payroll-" + HIDDEN},
        new String[] {"environment", "staging-" + HIDDEN},
        new String[] {"kind", "config"},
        new String[] {"kind", "build"},
        new String[] {"actor", "ada", "outcome", "failure"},
        new String[] {"q", HIDDEN},
        new String[] {"q", "open number"},
        new String[] {"path", HIDDEN},
        new String[] {"path", "spec.open"},
        new String[] {"value", "4"},
        new String[] {"ticket", "OPS-" + HIDDEN},
        new String[] {"change", "run-" + HIDDEN + "3"},
        new String[] {"source", "/ci/other"},
        new String[] {"revision", Events.REVISION.substring(0, 39) + "1"},
        new String[] {"digest", Events.DIGEST.substring(0, 70) + "1"},
        new String[] {"build", "771"},
        new String[] {
          "from", NIGHT.plusSeconds(600).toString(), "to", NIGHT.plusSeconds(1800).toString()
        });
  }
}
