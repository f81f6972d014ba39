// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.diff.StructuralDiff;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captured text is shown and never obeyed, whatever it is. */
class HostilePagesTest {
  private static final String SCRIPT =
      "<img src=x onerror=\"document.title='alive'\"><script>document.title='alive'</script>";
  private static final String RIGHT_TO_LEFT = "\u202Egnp.exe\u202C שלום";

  @TempDir private Path data;

  private static AuditEvent event(String id, String text, String large) {
    return AuditEvent.builder(
            new EventRef("https://evil.example/" + id, id + text.substring(0, 8)),
            Instant.now(),
            new Actor(text, text, Actor.Kind.USER, text, Actor.Evidence.DECLARED),
            Change.of(ChangeKind.CONFIG, Phase.FINISHED, "update")
                .outcome(Outcome.SUCCESS)
                .summary(text)
                .reason(text)
                .ticket("javascript:document.title='alive'")
                .state(
                    StructuralDiff.between(
                        JsonNodeFactory.instance.objectNode().put(text, "a"),
                        JsonNodeFactory.instance.objectNode().put(text, large)))
                .build())
        .target(
            new Target(text, "prod", text, text, text, null)
                .withResource(new Resource("ConfigMap", text, "uid" + id)))
        .build();
  }

  @Test
  void noTextOfAnEventIsAliveOnAnyPage() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(
          event("a", SCRIPT, SCRIPT),
          event("b", RIGHT_TO_LEFT, "x".repeat(100_000)),
          event("c", "\"'`${alert(1)}{{7*7}}</span>", "\u0000\u001b[31m"));
      try (Browser browser = Browser.open(server.address())) {
        for (var event : server.get("/v1/events").json().path("events")) {
          inspect(browser, "/changes/" + event.path("eventid").asText());
        }
        String service =
            java.net.URLEncoder.encode(SCRIPT, java.nio.charset.StandardCharsets.UTF_8);
        for (String page :
            List.of(
                "/timeline",
                "/search",
                "/search?q=" + service,
                "/sources",
                "/unmapped",
                "/state?service=" + service,
                "/investigate?service=" + service,
                "/postmortem?service=" + service)) {
          inspect(browser, page);
        }
        browser.screenshot("hostile");
      }
    }
  }

  /** With each part that an event can have. */
  private static AuditEvent whole() {
    return event("whole", "a-text-of-some-length", "large").toBuilder()
        .onBehalfOf(Actor.user("b", Actor.Evidence.DECLARED))
        .change(
            event("w", "a-text-of-some-length", "large").change().toBuilder()
                .id("declared")
                .rollbackOf(new EventRef("/other", "earlier"))
                .build())
        .provenance(
            new Provenance(
                new Provenance.Vcs(
                    "github.com/acme/x",
                    "4f0c1a9be2d35b7788990aabbccddeeff0011223",
                    "main",
                    "ada",
                    "message",
                    "17",
                    "https://github.com/acme/x/compare/a...b"),
                new Provenance.Build("ci", "pipe", "run", "https://ci.example/1", "stage"),
                List.of(new Provenance.Artifact("pkg:oci/x", Events.DIGEST, "1.4.2"))))
        .links(
            new Links(
                null,
                null,
                List.of(new EventRef("/cause", "c")),
                Map.of("dashboard", "https://dash.example/")))
        .attribute("acme.note", TextNode.valueOf("note"))
        .build();
  }

  /** Where an event has a text. */
  private static List<JsonPointer> texts(JsonNode tree, JsonPointer at) {
    List<JsonPointer> found = new ArrayList<>();
    if (tree.isTextual()) {
      found.add(at);
    }
    tree.properties()
        .forEach(field -> found.addAll(texts(field.getValue(), at.appendProperty(field.getKey()))));
    for (int i = 0; tree.isArray() && i < tree.size(); i++) {
      found.addAll(texts(tree.get(i), at.appendIndex(i)));
    }
    return found;
  }

  private static ObjectNode with(String id, List<JsonPointer> places, String text) {
    ObjectNode event = new CloudEventsCodec().toTree(whole());
    event.put("id", id);
    ((ObjectNode) event.at("/data/context")).put("id", id);
    for (JsonPointer place : places) {
      JsonNode parent = event.at(place.head());
      if (parent instanceof ObjectNode object) {
        object.put(place.last().getMatchingProperty(), text);
      } else {
        ((ArrayNode) parent).set(place.last().getMatchingIndex(), TextNode.valueOf(text));
      }
    }
    return event;
  }

  private static boolean takes(RunningServer server, ObjectNode event) throws Exception {
    return server
            .post("/v1/events", CloudEventsCodec.MEDIA_TYPE, event.toString())
            .json()
            .path("accepted")
            .asInt()
        == 1;
  }

  @Test
  void whateverFieldASenderFillsIsShownAndNeverObeyed() throws Exception {
    List<JsonPointer> places = texts(new CloudEventsCodec().toTree(whole()), JsonPointer.empty());
    try (RunningServer server = RunningServer.start(data);
        Browser browser = Browser.open(server.address())) {
      Map<String, List<JsonPointer>> taken = new LinkedHashMap<>();
      for (String text : List.of(SCRIPT, RIGHT_TO_LEFT, "x".repeat(100_000))) {
        String name = "t" + taken.size();
        List<JsonPointer> some = new ArrayList<>();
        for (JsonPointer place : places) {
          // A field of a fixed form (a time, a digest, a kind) takes no other text: that is well.
          if (takes(server, with(name + place, List.of(place), text))) {
            some.add(place);
          }
        }
        taken.put(name, some);
        if (text.length() < 1_000) {
          assertThat(takes(server, with(name, some, text))).as("all at once").isTrue();
        }
      }
      assertThat(taken.get("t0")).as("fields that take a script").hasSizeGreaterThan(20);
      assertThat(taken.get("t2")).as("fields that take 100 KB").isNotEmpty();

      List<String> ids = new ArrayList<>();
      for (JsonNode event : server.get("/v1/events", "limit", "1000").json().path("events")) {
        String id = event.path("id").asText();
        if (id.equals("t0") || id.equals("t1") || id.startsWith("t2/")) {
          ids.add(event.path("eventid").asText());
        }
      }
      for (String id : ids) {
        inspect(browser, "/changes/" + id);
      }
      for (String page : List.of("/timeline", "/search", "/sources", "/unmapped")) {
        inspect(browser, page);
      }
    }
  }

  @Test
  void whatAlertsDeclarationsAndPeopleSayIsShownAndNeverObeyed() throws Exception {
    Path token = Files.writeString(data.resolve("pager-token"), "the-token-of-the-pager");
    try (RunningServer server =
            RunningServer.start(
                data.resolve("server"),
                "webhooks.pager.provider",
                "alertmanager",
                "webhooks.pager.secret",
                "file:" + token);
        Browser browser = Browser.open(server.address())) {
      server.store(Events.deployment("a", Instant.now(), SCRIPT, "prod").build());
      ObjectNode alert = Hooks.payload("alertmanager/firing.json").deepCopy();
      for (JsonNode labels :
          List.of(
              alert.at("/alerts/0/labels"),
              alert.at("/alerts/0/annotations"),
              alert.path("commonLabels"),
              alert.path("commonAnnotations"))) {
        List<String> names = new ArrayList<>();
        labels.fieldNames().forEachRemaining(names::add);
        names.forEach(name -> ((ObjectNode) labels).put(name, SCRIPT));
      }
      ((ObjectNode) alert.at("/alerts/0")).put("startsAt", Instant.now().toString());
      alert.put("externalURL", "javascript:document.title='alive'");
      String incident =
          server
              .send(
                  server
                      .request("/v1/webhooks/alertmanager")
                      .header("Content-Type", "application/json")
                      .header("Authorization", "Bearer the-token-of-the-pager")
                      .POST(HttpRequest.BodyPublishers.ofByteArray(Hooks.bytes(alert)))
                      .build())
              .json()
              .path("correlation")
              .asText();
      String change = server.get("/v1/changes").json().at("/changes/0/id").asText();
      JsonNodeFactory json = JsonNodeFactory.instance;
      assertThat(
              server
                  .post(
                      "/v1/correlations/" + incident + "/feedback",
                      "application/json",
                      json.objectNode()
                          .put("change", change)
                          .put("cause", true)
                          .put("reason", SCRIPT)
                          .toString())
                  .status())
          .isEqualTo(200);
      assertThat(
              server
                  .post(
                      "/v1/aliases",
                      "application/json",
                      json.objectNode()
                          .put("kind", "service")
                          .put("name", SCRIPT)
                          .put("of", SCRIPT)
                          .toString())
                  .status())
          .isEqualTo(201);
      ObjectNode declaration = json.objectNode();
      declaration
          .putArray("declarations")
          .addObject()
          .put("source", "/runner/" + SCRIPT.replace(" ", ""))
          .put("installation", SCRIPT)
          .put("epoch", "e1")
          .put("last", 3)
          .putArray("lost")
          .addObject()
          .put("first", 2)
          .put("last", 3)
          .put("reason", SCRIPT)
          .put("at", "2026-01-31T02:00:00Z");
      server.post("/v1/declarations", "application/json", declaration.toString());

      for (String page :
          List.of(
              "/incidents/" + incident,
              "/postmortem?incident=" + incident,
              "/investigate",
              "/sources",
              "/unmapped")) {
        inspect(browser, page);
        assertThat(browser.text("main")).as(page).contains("alive");
      }
    }
  }

  private static void inspect(Browser browser, String page) {
    browser.visit(page);
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true; })");
    assertThat(browser.run("return document.title")).as(page).asString().contains("Changetrail");
    assertThat(
            browser.list(
                "return [...document.querySelectorAll('main *')].filter(e =>"
                    + " /^(IMG|SCRIPT|IFRAME|OBJECT|EMBED)$/.test(e.tagName)"
                    + " || [...e.attributes].some(a => /^on/i.test(a.name))"
                    + " || /^(javascript|data):/i.test(e.getAttribute('href') ?? ''))"
                    + ".map(e => e.outerHTML)"))
        .as(page)
        .isEmpty();
    assertThat(
            browser.number(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        .as("%s keeps its width", page)
        .isZero();
  }
}
