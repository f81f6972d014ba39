// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
                "/investigate?service=" + service)) {
          inspect(browser, page);
        }
        browser.screenshot("hostile");
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
