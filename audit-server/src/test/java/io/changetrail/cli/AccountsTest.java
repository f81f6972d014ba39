// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.StateChange;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How honestly the unusual is told: doubt, gaps, conflicts and what is only partly known. */
class AccountsTest {
  private static final Instant TIME = Instant.parse("2026-01-31T02:00:00Z");
  private static final AuditEvent EVENT = new Release(TIME).config();

  private static String page(ObjectNode event) throws IOException {
    try (ScriptedServer server = new ScriptedServer().thenJson(event.toString())) {
      return Terminal.at(server.address()).run("show", "e-1").succeeded().out();
    }
  }

  private static ObjectNode json(AuditEvent event) {
    return new CloudEventsCodec().toTree(event).put("eventid", "e-1");
  }

  @Test
  void whoIsNotKnownIsSaidAndWhoIsKnownWithTheEvidence() throws Exception {
    String unknown =
        page(
            json(
                EVENT.toBuilder()
                    .actor(Actor.unknown())
                    .onBehalfOf(Actor.user("mia", Actor.Evidence.AUTHENTICATED))
                    .build()));
    String tool =
        page(
            json(
                EVENT.toBuilder()
                    .actor(
                        new Actor(
                            "argocd", null, Actor.Kind.SERVICE, null, Actor.Evidence.FIELD_MANAGER))
                    .build()));

    assertThat(unknown)
        .containsPattern("who +nothing shows who it was")
        .containsPattern("on behalf of +mia, user; authenticated by the server");
    assertThat(tool).containsPattern("who +argocd, service; the tool that owns the changed fields");
  }

  @Test
  void aMomentThatIsNotKnownIsAnInterval() throws Exception {
    String page =
        page(
            json(EVENT.toBuilder()
                    .change(
                        EVENT.change().toBuilder()
                            .observedLate(new Interval(TIME, TIME.plusSeconds(60)))
                            .backfilled(true)
                            .rollout(12.5)
                            .rollbackOf(new EventRef("/k8s", "older"))
                            .build())
                    .build())
                .put("ingestedtime", "2026-01-31T02:05:00Z")
                .put("clockoffset", "PT2.5S"));

    assertThat(page)
        .contains("between 2026-01-31T02:00:00Z and 2026-01-31T02:01:00Z")
        .containsPattern("received +2026-01-31T02:05:00Z")
        .contains("read from history")
        .contains("ahead of the server's by PT2.5S")
        .contains("at 12.5 %")
        .containsPattern("rolls back +/k8s older");
  }

  @Test
  void ofAPatchAloneTheNewValuesAreShownAndACutIsSaid() throws Exception {
    ArrayNode patch =
        (ArrayNode)
            Terminal.parse(
                "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2},"
                    + "{\"op\":\"add\",\"path\":\"/b~1c\",\"value\":\"x\"},"
                    + "{\"op\":\"remove\",\"path\":\"/d\"}]");
    String page =
        page(
            json(
                EVENT.toBuilder()
                    .change(
                        EVENT.change().toBuilder()
                            .state(new StateChange(null, null, patch, List.of(), true))
                            .build())
                    .build()));

    assertThat(page)
        .contains("~ /a  → 2")
        .contains("+ /b~1c  \"x\"")
        .contains("- /d\n")
        .contains("cut: the event was too large");
  }

  @Test
  void whatAppearedOrVanishedBetweenTwoMomentsIsToldLeafByLeaf() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .thenJson(
                """
                {"service":"checkout","diff":[
                  {"change":"added","source":"/k8s","summary":"created",
                   "target":{"service":"checkout","resource":{"kind":"ConfigMap","name":"new"}},
                   "patch":[{"op":"replace","path":"","value":{"a":{"b":1},"c":"x"}}]},
                  {"change":"removed","source":"/k8s","summary":"deleted",
                   "target":{"service":"checkout"},
                   "patch":[{"op":"replace","path":"","value":null}]}]}
                """)
            .thenJson("{\"diff\":[]}")
            .thenJson("{\"resources\":[]}")) {
      Terminal terminal = Terminal.at(server.address());
      String[] state = {"state", "--service=checkout", "--from=-1h"};

      assertThat(terminal.run(state).succeeded().out().lines())
          .containsExactly(
              "added ConfigMap/new: created  by /k8s",
              "  + /a/b  1",
              "  + /c  \"x\"",
              "removed checkout: deleted  by /k8s",
              "  - everything");
      assertThat(terminal.run(state).succeeded().err()).contains("nothing became different");
      assertThat(terminal.run(state).succeeded().err()).contains("no state is recorded of it");
    }
  }

  @Test
  void conflictsReductionsAndCausesAreSaid() throws Exception {
    String page =
        page(
            json(EVENT.toBuilder()
                    .links(new Links(null, null, List.of(new EventRef("/ci", "run 5")), Map.of()))
                    .amends(new EventRef("/k8s", "first"))
                    .build())
                .put("conflicting", true)
                .put("reduced", true));

    assertThat(page)
        .contains("conflicting: another event")
        .contains("reduced: parts of it")
        .containsPattern("caused by +/ci run 5")
        .containsPattern("adds to +/k8s first");
  }

  @Test
  void gapsInASourcesNumbersAreNamed() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .thenJson(
                """
                {"sources":[
                  {"source":"/k8s/a","events":7,"lastTime":"2026-01-31T02:00:00Z",
                   "lastIngested":"2026-01-31T02:00:01Z","lag":"PT9H16M34.58S","clockOffset":"PT3S","continuity":"gaps",
                   "missing":3,"gaps":[{"installation":"i-1","epoch":"e","first":4,"last":6,
                    "after":"2026-01-31T01:58:00Z","reason":"spool full"}]},
                  {"source":"/k8s/b","events":7,"lastTime":"2026-01-31T02:00:00Z",
                   "lastIngested":"2026-01-31T02:00:01Z","continuity":"complete","missing":0,
                   "silentSince":"2026-01-31T02:01:00Z",
                   "gaps":[]},
                  {"source":"/k8s/c","events":7,"lastTime":"2026-01-31T02:00:00Z",
                   "lastIngested":"2026-01-31T02:00:01Z","continuity":"unknown","missing":0,
                   "gaps":[]},
                  {"source":"/k8s/d","events":0,"continuity":"complete","missing":0,"behind":4,
                   "gaps":[]}]}
                """)
            .thenJson("{\"sources\":[]}")) {
      Terminal terminal = Terminal.at(server.address());
      String table = terminal.run("sources").succeeded().out();

      assertThat(table)
          .containsPattern("/k8s/a .*9 h 16 min +3 s +- +3 missing")
          .containsPattern("/k8s/b .* since 2026-01-31T02:01:00Z +yes")
          .containsPattern("/k8s/c .* not known")
          .containsPattern("/k8s/d +0 +- +- .* 4 behind")
          .contains(
              "missing  /k8s/a: numbers 4 to 6 after 2026-01-31T01:58:00Z: spool full (installation"
                  + " i-1, epoch e)");
      assertThat(terminal.run("sources").succeeded().err()).contains("no source has reported yet");
    }
  }

  @Test
  void aCatalogueThatKnowsAllSaysSoAndSuggestsWhereItDoesNot() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .thenJson("{\"services\":[],\"environments\":[]}")
            .thenJson(
                "{\"services\":[{\"name\":\"chekout\",\"count\":4,\"suggestion\":\"checkout\"}],"
                    + "\"environments\":[]}")) {
      Terminal terminal = Terminal.at(server.address());

      assertThat(terminal.run("unmapped").succeeded().err()).contains("knows every name");
      assertThat(terminal.run("unmapped").succeeded().out())
          .containsPattern("service +chekout +4 +checkout");
    }
  }

  @Test
  void aChangeThatGoesOnAndARollbackLookDifferent() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .thenJson(
                """
                {"changes":[
                  {"start":"2026-01-31T02:00:00Z","kind":"deployment","rollback":true,
                   "outcome":"failure","summary":"back","services":["a","b"],"environments":[],
                   "actor":{"id":"x","evidence":"unknown"},"events":["e-1","e-2","e-3"]},
                  {"start":"2026-01-31T02:00:00Z","kind":"deployment","rollback":false,
                   "summary":"on its way","services":["a"],"environments":["prod"],
                   "actor":{"id":"ada","name":"Ada","evidence":"declared"},"events":["e-4"]}],
                 "nextCursor":null}
                """)) {
      assertThat(Terminal.at(server.address()).run("changes").succeeded().out())
          .containsPattern("a \\+1 +- +deployment +failure, rollback +- +back +e-1 \\+2")
          .containsPattern("a +prod +deployment +going on +Ada +on its way +e-4");
    }
  }
}
