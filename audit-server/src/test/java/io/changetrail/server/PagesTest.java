// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.demo.DemoNight;
import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The pages in a real browser, over a night of real payloads. */
class PagesTest {
  @TempDir private static Path data;
  private static DemoNight night;
  private static RunningServer server;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    night = new DemoNight(Instant.now());
    Path catalogue = data.resolve("catalogue.yaml");
    Files.writeString(catalogue, night.catalogueYaml());
    Path token = Files.writeString(data.resolve("pager-token"), "the-token-of-the-pager");
    server =
        RunningServer.start(
            data.resolve("server"),
            "catalogue",
            catalogue.toString(),
            "webhooks.pager.provider",
            "alertmanager",
            "webhooks.pager.secret",
            "file:" + token,
            "links.metrics",
            "https://metrics.example.com/d?service={service}&from={fromMillis}&to={to}");
    server.store(night.events().toArray(AuditEvent[]::new));
    browser = Browser.open(server.address());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    server.close();
  }

  @BeforeEach
  void wide() {
    browser.size(1280, 1000);
    browser.dark(false);
  }

  private static String investigate() {
    return "/investigate?service=checkout&environment=prod&at=" + alertedAt();
  }

  private static String alertedAt() {
    return night.anomaly().path("alertedAt").asText();
  }

  private static String span() {
    return "from="
        + night.onset().minus(Duration.ofHours(8))
        + "&to="
        + night.onset().plus(Duration.ofHours(1));
  }

  /** The error rate of the night as a file. */
  private static Path metric() throws Exception {
    for (JsonNode series : night.anomaly().path("series")) {
      if (series.path("service").asText().equals("checkout")) {
        ObjectNode one = series.deepCopy();
        return Files.writeString(
            data.resolve("checkout.json"),
            new ObjectMapper().createArrayNode().add(one).toString());
      }
    }
    throw new AssertionError("the night has no series of checkout");
  }

  @Test
  void U1_changesOfAllKindsStandOnOneAxisUnderTheMetricAndAClickOpensOne() throws Exception {
    browser.visit("/timeline?" + span());

    assertThat(browser.texts("tbody .pill.kind"))
        .contains("deployment", "config", "feature flag", "scale");
    browser.one("input[type=file]").sendKeys(metric().toAbsolutePath().toString());
    browser.waitFor("ct-plot canvas");
    // The same instant lies at the same place in the plot and in the lanes below it.
    List<Object> offset =
        browser.list(
            "const at = arguments[0]; const plot = document.querySelector('ct-plot');"
                + "const lanes = document.querySelector('ct-lanes');"
                + "return [plot.querySelector('.plot').getBoundingClientRect().left +"
                + " plot.position(at) - lanes.querySelector('canvas').getBoundingClientRect().left"
                + " - lanes.x(at), lanes.spots.length]",
            night.onset().toEpochMilli());
    assertThat(((Number) offset.get(0)).doubleValue()).isBetween(-1.5, 1.5);
    browser.screenshot("timeline");

    List<Object> spot =
        browser.list(
            "const lanes = document.querySelector('ct-lanes');"
                + "const spot = lanes.spots.find(s => s.change.kind === 'feature_flag');"
                + "const box = lanes.querySelector('canvas').getBoundingClientRect();"
                + "return [box.left + (spot.from + spot.to) / 2, box.top + spot.y + 15]");
    clickAt(spot);
    browser.shown();
    assertThat(browser.path()).startsWith("/changes/");
    assertThat(browser.text("main h1")).contains("flag ");
  }

  private static void clickAt(List<Object> place) {
    browser.run(
        "const [x, y] = arguments; const target = document.elementFromPoint(x, y);"
            + "for (const type of ['pointermove', 'pointerdown', 'pointerup']) target.dispatchEvent("
            + "new PointerEvent(type, {clientX: x, clientY: y, bubbles: true}))",
        place.get(0),
        place.get(1));
  }

  @Test
  void U1_whatIsStoredWhileOneLooksAppears() throws Exception {
    browser.visit("/timeline");
    browser.waitForText(".pill.live", "live");

    server.store(Events.deployment("live-1", Instant.now(), "billing-live", "prod").build());

    browser.waitForText("tbody", "billing-live");
  }

  @Test
  void U2_anAlertLeadsToRankedChangesAndAChangeLeadsBackToWhatItDid() {
    browser.visit(investigate());

    assertThat(browser.text(".notice")).contains("One change explains this");
    assertThat(browser.texts("ol.suspects h3").get(0)).contains("checkout-new-pricing");
    assertThat(browser.texts("ol.suspects li:first-child table.factors td:first-child"))
        .contains("onset proximity", "path distance");
    browser.screenshot("investigate");

    browser.click("ol.suspects h3 a");
    browser.shown();
    assertThat(browser.path()).startsWith("/changes/");
    WebElement back = browser.one("main .row a.button");
    assertThat(back.getText()).isEqualTo("What did it do to checkout?");
    back.click();
    browser.shown();
    assertThat(browser.path()).startsWith("/investigate?service=checkout&at=");
  }

  @Test
  void U2_theSeriesIsDrawnWithTheOnsetAndEachSuspectAndGoesIntoTheAnswer() throws Exception {
    browser.visit(investigate());
    browser.one("input[type=file]").sendKeys(metric().toAbsolutePath().toString());

    browser.waitFor("ct-plot canvas");
    browser.waitForText("main .chip", "1 series of checkout.json");
    assertThat(browser.run("return document.querySelector('ct-plot').marks.length"))
        .as("of eight suspects, one of which reached more in two steps")
        .isEqualTo(9L);
    browser.waitForText("dl.facts", "series\n1");

    browser.visit("/investigate?service=cart&environment=prod&at=" + alertedAt());
    assertThat(browser.all("main .chip")).as("it is of another service").isEmpty();
    browser.visit(investigate());
    assertThat(browser.all("main .chip")).as("a page that is loaded anew has none").isEmpty();
    browser.one("input[type=file]").sendKeys(metric().toAbsolutePath().toString());
    browser.waitFor("main .chip");
    browser.click("main .chip button");
    browser.waitForText("dl.facts", "series\n0");
    assertThat(browser.all("ct-plot")).isEmpty();
  }

  @Test
  void U2_suspectsOfAnotherTimeAndOnesSideBySideAreToldApartOnTheAxis() throws Exception {
    Instant fired = Instant.now();
    try (RunningServer few = RunningServer.start(data.resolve("tides"))) {
      few.store(
          Events.deployment("old", fired.minus(Duration.ofHours(10)), "tide", "prod").build(),
          Events.deployment("near", fired.minusSeconds(600), "tide", "prod").build(),
          Events.config("next", fired.minusSeconds(602), "tide", "{\"a\":1}", "{\"a\":2}").build());
      browser.goesTo(few.address());
      browser.visit("/investigate?service=tide&environment=prod&at=" + fired);

      assertThat(browser.texts("svg.wide text")).containsAnyOf("1 2", "2 1").contains("◂ 3");
      assertThat(browser.all("svg.wide .stem")).hasSize(2);
    } finally {
      browser.goesTo(server.address());
    }
  }

  @Test
  void U2_theSeriesOfTheConfiguredPrometheusIsDrawnWithTheOnsetAndTheSuspectsOnItsAxis()
      throws Exception {
    try (MockWebServer prometheus = new MockWebServer();
        RunningServer asking = askingPrometheus(prometheus)) {
      browser.goesTo(asking.address());
      browser.visit(investigate());
      browser.waitFor("ct-plot canvas");

      assertThat(browser.text("ct-plot")).contains("checkout error_rate");
      assertThat(browser.text("ct-plot")).doesNotContain("frontend");
      // On the canvas: the first suspect's mark and the onset begin where their times lie.
      List<Object> places =
          browser.list(
              "const plot = document.querySelector('ct-plot'); const u = plot.plot;"
                  + "const [from, to] = plot.range;"
                  + "return [plot.marks[0].at, plot.marks[0].label, plot.band[0], plot.band[1],"
                  + " plot.position(plot.marks[0].at) - u.bbox.left / devicePixelRatio"
                  + " - (plot.marks[0].at - from) / (to - from) * u.bbox.width / devicePixelRatio]");
      JsonNode answer =
          asking
              .post(
                  "/v1/correlate",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + alertedAt()
                      + "\"}")
              .json();
      assertThat(answer.at("/onset/basis").asText()).isNotBlank();
      assertThat(((Number) places.get(0)).longValue())
          .isEqualTo(millis(answer, "/suspects/0/change/start"));
      assertThat(places.get(1)).isEqualTo("1");
      assertThat(((Number) places.get(2)).longValue()).isEqualTo(millis(answer, "/onset/earliest"));
      assertThat(((Number) places.get(3)).longValue()).isEqualTo(millis(answer, "/onset/latest"));
      assertThat(((Number) places.get(4)).doubleValue()).isBetween(-1.0, 1.0);
      browser.screenshot("investigate-prometheus");

      String incident =
          asking
              .post(
                  "/v1/correlations",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + alertedAt()
                      + "\"}")
              .json()
              .path("id")
              .asText();
      browser.visit("/incidents/" + incident);
      browser.waitForText("ct-plot", "checkout error_rate");
      browser.click("ol.suspects li:first-child details summary");
      assertThat(browser.text("ol.suspects li:first-child .effects"))
          .contains("checkout error_rate", "95 % interval", "n = ");

      browser.visit("/timeline?service=checkout&" + span());
      for (WebElement button : browser.all("main .row button")) {
        if (button.getText().equals("Its metric above")) {
          button.click();
        }
      }
      browser.waitForText("ct-plot", "checkout error_rate");
    } finally {
      browser.goesTo(server.address());
    }
  }

  private static long millis(JsonNode answer, String pointer) {
    return Instant.parse(answer.at(pointer).asText()).toEpochMilli();
  }

  /** The night, with its series behind a Prometheus. */
  private static RunningServer askingPrometheus(MockWebServer prometheus) throws Exception {
    ObjectNode matrix = new ObjectMapper().createObjectNode().put("status", "success");
    ArrayNode result = matrix.putObject("data").put("resultType", "matrix").putArray("result");
    for (JsonNode series : night.anomaly().path("series")) {
      ObjectNode one = result.addObject();
      one.putObject("metric").put("service", series.path("service").asText());
      ArrayNode values = one.putArray("values");
      for (JsonNode point : series.path("points")) {
        double at =
            point.get(0).isNumber()
                ? point.get(0).asDouble()
                : Instant.parse(point.get(0).asText()).getEpochSecond();
        values.addArray().add(at).add(point.get(1).asText());
      }
    }
    prometheus.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder().code(200).body(matrix.toString()).build();
          }
        });
    prometheus.start();
    RunningServer asking =
        RunningServer.start(
            data.resolve("asking"),
            "catalogue",
            data.resolve("catalogue.yaml").toString(),
            "prometheus.main.url",
            prometheus.url("/").toString(),
            "prometheus.main.queries.error_rate",
            "errors");
    asking.store(night.events().toArray(AuditEvent[]::new));
    return asking;
  }

  @Test
  void aServerThatGoesAwayAndComesBackIsFollowedAgain() throws Exception {
    RunningServer first = RunningServer.start(data.resolve("away"));
    String port = String.valueOf(first.address().getPort());
    try {
      browser.goesTo(first.address());
      browser.visit("/timeline");
      browser.waitForText(".pill.live", "live");
      first.close();
      browser.waitForText(".pill.live", "waiting for the server");

      try (RunningServer again = RunningServer.start(data.resolve("away"), "listen.port", port)) {
        again.store(Events.deployment("back-1", Instant.now(), "back-again", "prod").build());
        browser.waitForText("tbody", "back-again");
        browser.waitForText(".pill.live", "live");
      }
    } finally {
      browser.goesTo(server.address());
    }
  }

  @Test
  void whatOneSaysWhileTheServerIsAwayIsNotLostUnnoticed() throws Exception {
    RunningServer first = RunningServer.start(data.resolve("leaving"));
    first.store(Events.deployment("a", Instant.now().minusSeconds(60), "checkout", "prod").build());
    try {
      browser.goesTo(first.address());
      browser.visit("/investigate?service=checkout");
      first.close();

      browser.click(".judgement button");

      browser.waitForText("[role=alert]", "The server does not answer");
      assertThat(browser.all("ol.suspects > li")).as("what was there is there still").hasSize(1);
      browser.click("nav a[href='/sources']");
      browser.waitForText("[role=alert]", "The server does not answer");
    } finally {
      browser.goesTo(server.address());
    }
  }

  @Test
  void U2_aChangeLinksToItsMetricsInTheWindowAroundIt() throws Exception {
    JsonNode change =
        server
            .get("/v1/changes?kind=deployment&service=storefront&" + span())
            .json()
            .at("/changes/0");
    Instant start = Instant.parse(change.path("start").asText());
    Instant end = Instant.parse(change.path("end").asText());

    browser.visit("/changes/" + change.path("id").asText());

    assertThat(browser.one("a[href^='https://metrics.example.com']").getDomAttribute("href"))
        .isEqualTo(
            "https://metrics.example.com/d?service=frontend&from="
                + start.minus(Duration.ofMinutes(30)).toEpochMilli()
                + "&to="
                + end.plus(Duration.ofHours(1)).toString().replace(":", "%3A"));
  }

  @Test
  void U2_whatPeopleSayOfASuspectIsRecordedAndRanksAnew() throws Exception {
    ObjectNode alert = Hooks.payload("alertmanager/firing.json").deepCopy();
    ((ObjectNode) alert.at("/alerts/0")).put("startsAt", alertedAt());
    var answer =
        server.send(
            server
                .request("/v1/webhooks/alertmanager")
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer the-token-of-the-pager")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Hooks.bytes(alert)))
                .build());
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);

    browser.visit("/investigate");
    browser.click("a[href^='/incidents/']");
    browser.shown();
    browser.waitFor("ol.suspects");
    String first = browser.text("ol.suspects li:first-child h3");
    for (WebElement button : browser.all("ol.suspects li:first-child button")) {
      if (button.getText().equals("Not this")) {
        button.click();
      }
    }

    browser.waitFor("ol.suspects button[aria-pressed=true]");
    browser.screenshot("incident");
    assertThat(browser.text("ol.suspects li:first-child h3")).isNotEqualTo(first);
    assertThat(browser.text("main")).as("though it is far down").contains("said by development");
    assertThat(browser.text(".notice")).doesNotContain(first).contains("after the feedback");
    assertThat(browser.run("return document.activeElement.tagName"))
        .as("where the button was is another suspect now")
        .isEqualTo("MAIN");
  }

  @Test
  void U2_whatPeopleSayOfTheSuspectsOfAQuestionIsKeptAsAnIncident() {
    browser.visit(investigate());
    String second = browser.texts("ol.suspects h3").get(1);

    browser.click("ol.suspects li:nth-child(2) .judgement button");
    browser.waitFor("ol.suspects button[aria-pressed=true]");

    assertThat(browser.path()).startsWith("/incidents/");
    assertThat(browser.text("ol.suspects li:first-child h3")).isEqualTo(second);
    assertThat(browser.text(".notice")).contains("One change explains this", "development says");
    String incident = browser.path();
    browser.visit("/investigate");
    assertThat(browser.texts("tbody a")).contains("checkout in prod");
    browser.visit(incident);
    assertThat(browser.text("ol.suspects li:first-child h3")).isEqualTo(second);
    browser.click("main a[href^='/investigate']");
    browser.shown();
    assertThat(browser.path()).startsWith("/investigate?service=checkout&environment=prod&at=");
  }

  @Test
  void U2_theAnswerIsCopiedAsMarkdown() {
    browser.visit(investigate());
    browser.clipboard();

    browser.click("main .row button");

    browser.waitForText("main .row [role=status]", "copied");
    assertThat(browser.clipboard())
        .startsWith("**One change explains this**: ")
        .contains("1. 0.", "checkout\\-new\\-pricing", "   - onset proximity ", "/changes/");
  }

  @Test
  void whatCannotHaveBeenItIsListedWithTheReason() {
    browser.visit(investigate());

    browser.click("details.excluded summary");

    assertThat(browser.text("details.excluded summary")).contains("cannot have been it");
    assertThat(browser.texts("details.excluded tbody td:last-child"))
        .isNotEmpty()
        .allMatch(reason -> reason.length() > 10);
  }

  @Test
  void whatIsMissingOfAChainIsNamed() throws Exception {
    server.store(Events.deployment("bare", Instant.now(), "bare-service", "prod").build());
    String id = server.get("/v1/changes?service=bare-service").json().at("/changes/0/id").asText();

    browser.visit("/changes/" + id);

    assertThat(browser.texts("ol.lineage > li.missing > b")).contains("commit");
    assertThat(browser.texts("main ol.lineage + ul li"))
        .anyMatch(text -> text.startsWith("commit"));
  }

  @Test
  void whatAReplicaCountWasIsFoundByItsPath() {
    browser.visit("/search");
    browser.one("main input[name=q]").sendKeys("path:spec.replicas" + Keys.ENTER);
    browser.waitUntil("location.search === '?q=path%3Aspec.replicas'");
    browser.waitForText("main p[role=status]", "event");

    assertThat(browser.texts("tbody a"))
        .contains("Deployment shop-prd/catalog-web: replicas 4 → 5")
        .allMatch(summary -> summary.contains("replicas"));
  }

  @Test
  void U3_aDiffShowsBeforeAndAfterSideBySideAndWhatWasRedacted() throws Exception {
    server.store(
        Events.config(
                "diff-1",
                Instant.now(),
                "ledger",
                "{\"data\":{\"timeout\":\"5s\",\"password\":\"hunter2-before\"}}",
                "{\"data\":{\"timeout\":\"30s\",\"password\":\"hunter2-after\"}}")
            .build());
    String id = server.get("/v1/events?service=ledger").json().at("/events/0/eventid").asText();

    browser.visit("/changes/" + id);

    List<String> cells = browser.texts("table.diff tbody tr td");
    assertThat(cells).contains("/data/timeout", "5s", "30s");
    assertThat(browser.texts("table.diff .pill.redacted")).isNotEmpty();
    assertThat(browser.run("return document.body.textContent").toString())
        .doesNotContain("hunter2");
    browser.screenshot("diff");
  }

  @Test
  void U4_thePostMortemIsAPageThatIsTakenAlongAsMarkdownAndAsJson() throws Exception {
    Path downloads = Files.createDirectories(data.resolve("downloads"));
    browser.download(downloads);
    browser.visit(investigate());
    browser.click("main a[href^='/postmortem']");
    browser.shown();

    assertThat(browser.path()).startsWith("/postmortem?service=checkout&environment=prod&at=");
    assertThat(browser.text("main h1")).isEqualTo("Post-mortem: checkout in prod");
    assertThat(browser.text(".notice")).contains("One change explains this");
    assertThat(browser.texts("main h2"))
        .contains(
            "Chain of the first suspect",
            "Suspects",
            "Timeline",
            "What cannot have been it",
            "What is not known");
    assertThat(browser.text("ol.chain")).contains("checkout-new-pricing", "leaf ");
    assertThat(browser.texts("tbody td:last-child b"))
        .containsExactly("It began, within this time", "The alert fired");
    assertThat(browser.texts("tbody time:first-child")).isSorted();
    assertThat(browser.accessibilityFaults()).isEmpty();
    browser.screenshot("postmortem");

    for (WebElement button : browser.all("main .tools button")) {
      if (button.getText().startsWith("Save")) {
        button.click();
      }
    }
    Path markdown = downloads.resolve("postmortem-checkout.md");
    Path json = downloads.resolve("postmortem-checkout.json");
    Awaitility.await()
        .atMost(Browser.PATIENCE)
        .until(() -> Files.exists(markdown) && Files.exists(json));
    assertThat(markdown).content().contains("# Post-mortem", "checkout-new-pricing", "leaf `");
    assertThat(new ObjectMapper().readTree(json.toFile()).path("verdict").asText())
        .isEqualTo("explained");
  }

  @Test
  void U4_thePostMortemOfAnIncidentHasWhatPeopleSaid() {
    browser.visit("/investigate?service=payments&environment=prod&at=" + alertedAt());
    browser.click("ol.suspects li:first-child .judgement button");
    browser.waitFor("ol.suspects button[aria-pressed=true]");
    String cause = browser.text("ol.suspects li:first-child h3");

    browser.click("main a[href^='/postmortem?incident=']");
    browser.shown();

    assertThat(browser.texts("ul.chain li")).anyMatch(said -> said.endsWith("it was " + cause));
    assertThat(browser.text("main h2 + ol.chain li")).isNotEmpty();
    browser.click("main .tools a");
    browser.shown();
    assertThat(browser.path()).startsWith("/incidents/");
  }

  @Test
  void Q3_theStateOfAServiceAtAnInstantAndTheDifferenceToAnotherAreOnThePage() {
    browser.visit(
        "/state?service=checkout&environment=prod&at="
            + night.onset()
            + "&from="
            + night.onset().minus(Duration.ofHours(1)));

    assertThat(browser.text("main"))
        .contains(
            "feature flag checkout-new-pricing", "Deployment checkout-svc", "image\n", "since");
    assertThat(browser.text("main")).as("the flag's value").contains("fallthrough.rollout");
    assertThat(browser.texts("main [title^='SHA-256 '] code"))
        .isNotEmpty()
        .allMatch(hash -> hash.matches("[0-9a-f]{10}"));
    assertThat(browser.texts("main .sheet .pill")).contains("changed");
    assertThat(browser.texts("table.diff tbody tr:first-child td"))
        .as("field, before, after")
        .contains("/fallthrough/rollout/variations/0/weight", "5000", "50000");
    browser.screenshot("state");
  }

  @Test
  void Q7_theAddressOfAViewShowsItAgain() {
    browser.visit("/search");
    browser.click(".facets a[href*='kind=feature_flag']");
    browser.shown();
    browser.waitForText("main p[role=status]", "5 events");
    List<String> found = browser.texts("tbody a");
    String address = browser.path();
    assertThat(address).isEqualTo("/search?kind=feature_flag");
    browser.screenshot("search");

    browser.visit("/sources");
    browser.visit(address);

    assertThat(browser.texts("tbody a")).isEqualTo(found);
    assertThat(browser.run("return document.title")).isEqualTo("Search – Changetrail");
    browser.click(".facets a[href='/search']");
    browser.shown();
    browser.back();
    browser.waitForText("main p[role=status]", "5 events");
  }

  @Test
  void Q7_whatNarrowsASearchIsSaidAndStaysAndIsTakenAwayByOneClick() throws Exception {
    server.store(Events.deployment("narrow", Instant.now(), "narrow-service", "prod").build());
    browser.visit("/search?source=" + Events.GITHUB + "&service=narrow-service");
    assertThat(browser.texts(".chips .chip"))
        .anyMatch(chip -> chip.startsWith("source " + Events.GITHUB))
        .anyMatch(chip -> chip.startsWith("service narrow-service"));
    assertThat(browser.texts("tbody a")).containsExactly("narrow-service 1.4.2 deployed to prod");

    browser.one("main input[name=q]").sendKeys("nothinglikethis" + Keys.ENTER);
    browser.waitForText("main", "Nothing found");
    assertThat(browser.texts(".chips .chip")).hasSize(2);
    browser.click(".chip a[aria-label^='Without source']");
    browser.shown();
    assertThat(browser.path()).isEqualTo("/search?service=narrow-service&q=nothinglikethis");

    browser.visit("/search?kind=feature_flag");
    browser.click(".facets a[href$='kind=scale']");
    browser.shown();
    assertThat(browser.path()).isEqualTo("/search?kind=feature_flag&kind=scale");
    assertThat(browser.texts("tbody .pill.kind")).contains("feature flag", "scale");
  }

  @Test
  void Q7_aFacetCountsWhatIsFoundWhenItIsChosen() {
    browser.visit("/search");
    WebElement facet = browser.one(".facets a[href='/search?service=cart']");
    String[] parts = facet.getText().split("\\s+", -1);
    assertThat(parts[0]).isEqualTo("cart");
    facet.click();
    browser.shown();

    browser.waitForText("main p[role=status]", parts[1] + " events");
    assertThat(browser.texts("tbody tr td:nth-child(3)"))
        .as("under the names that senders have for it")
        .anyMatch(place -> place.startsWith("acme/cart"))
        .anyMatch(place -> place.startsWith("cart-svc"));
  }

  @Test
  void U1_theTimelineIsNarrowedToAKindAndAnOutcome() {
    browser.visit("/timeline?" + span());
    browser.click("select[name=kind] option[value=feature_flag]");
    browser.click("main form button.first");
    browser.shown();

    assertThat(browser.path()).contains("kind=feature_flag", "from=");
    assertThat(browser.texts("tbody .pill.kind")).isNotEmpty().containsOnly("feature flag");
    browser.visit("/timeline?outcome=failure&" + span());
    assertThat(browser.one("select[name=outcome]").getDomProperty("value")).isEqualTo("failure");
    assertThat(browser.texts("tbody .pill.failure"))
        .isNotEmpty()
        .hasSameSizeAs(browser.all("tbody tr"));
  }

  @Test
  void namesToChooseFromAreOfferedWhereOneIsTyped() {
    browser.visit("/investigate");
    browser.one("main input[name=service]").click();

    browser.waitFor("datalist#services option[value=frontend]");
    assertThat(browser.all("datalist#services option[value=storefront]"))
        .as("what the catalogue knows by another name")
        .isEmpty();
    assertThat(browser.one("main input[name=service]").getDomAttribute("list"))
        .isEqualTo("services");
    browser.click("footer button kbd");
    assertThat(browser.one("dialog").isDisplayed()).isTrue();
    assertThat(browser.accessibilityFaults()).isEmpty();
  }

  @Test
  void theChainFromCommitToRolloutIsDrawn() throws Exception {
    String id =
        server
            .get("/v1/changes?kind=deployment&service=storefront&" + span())
            .json()
            .at("/changes/0/id")
            .asText();

    browser.visit("/changes/" + id);

    assertThat(browser.texts("ol.lineage > li > b"))
        .containsExactly("commit", "build", "artifact", "deployment");
    browser.screenshot("change");
    browser.click("details.sheet summary");
    assertThat(browser.text("details[open] pre")).contains("\"specversion\": \"1.0\"");
  }

  @Test
  void everyPageIsUsableByKeyboardOnANarrowScreenAndInTheDark() throws Exception {
    List<String> faults = new ArrayList<>();
    String change = server.get("/v1/changes?" + span()).json().at("/changes/0/id").asText();
    String incident =
        server
            .post(
                "/v1/correlations",
                "application/json",
                "{\"service\":\"checkout\",\"alertedAt\":\"" + alertedAt() + "\"}")
            .json()
            .path("id")
            .asText();
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("investigate", investigate());
    pages.put("incidents", "/investigate");
    pages.put("incident", "/incidents/" + incident);
    pages.put("postmortem", "/postmortem?incident=" + incident);
    pages.put("timeline", "/timeline?" + span());
    pages.put("search", "/search");
    pages.put("nothing-found", "/search?q=nothinglikethis&kind=scale");
    pages.put("change", "/changes/" + change);
    pages.put("unknown", "/changes/none");
    pages.put("state", "/state?service=checkout");
    pages.put("sources", "/sources");
    pages.put("unmapped", "/unmapped");
    pages.put("login", "/login");
    for (Map.Entry<String, String> page : pages.entrySet()) {
      String name = page.getKey();
      browser.size(1280, 1000);
      browser.visit(page.getValue());
      browser.accessibilityFaults().forEach(fault -> faults.add(name + ": " + fault));
      browser.screenshot(name);
      browser.dark(true);
      browser.contrastFaults().forEach(fault -> faults.add(name + " in the dark: " + fault));
      browser.screenshot(name + "-dark");
      browser.dark(false);
      browser.size(360, 780);
      browser.visit(page.getValue());
      browser
          .accessibilityFaults()
          .forEach(fault -> faults.add(name + " on a narrow screen: " + fault));
      browser.screenshot(name + "-narrow");
      double overflow =
          browser.number("return document.documentElement.scrollWidth - window.innerWidth");
      if (overflow > 0) {
        faults.add(name + ": wider than 360 px by " + overflow);
      }
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void theKeysSearchMoveAndHelp() {
    browser.visit("/timeline?" + span());
    browser.press("j");
    browser.press("j");
    String second = browser.all("tbody a").get(1).getText();
    assertThat(browser.run("return document.activeElement.textContent")).isEqualTo(second);
    browser.press("k");
    browser.press(Keys.ENTER);
    browser.shown();
    assertThat(browser.path()).startsWith("/changes/");

    browser.press("?");
    assertThat(browser.one("dialog").isDisplayed()).isTrue();
    browser.press(Keys.ESCAPE);
    browser.press("/");
    browser.press("pricing" + Keys.ENTER);
    browser.shown();
    assertThat(browser.path()).isEqualTo("/search?q=pricing");
  }

  @Test
  void unknownThingsAndWrongTimesAreSaidAndNotShownAsEmpty() {
    browser.visit("/changes/none");
    assertThat(browser.text("[role=alert]")).contains("no event of this id");
    browser.visit("/state?service=checkout&at=yesterday");
    assertThat(browser.text("[role=alert]")).contains("at");
    browser.visit("/search?q=nothinglikethis");
    assertThat(browser.text("main")).contains("Nothing found");
    browser.visit("/incidents/none");
    assertThat(browser.text("[role=alert]")).contains("there is no such incident");
    browser.visit("/investigate?service=checkout&at=2999-01-01T00:00Z");
    assertThat(browser.text("[role=alert]")).contains("is in the future; check the clock");
    browser.visit("/timeline?from=yesterday");
    assertThat(browser.text("[role=alert]")).contains("Write from and to as");
    browser.visit("/investigate?service=unheard-of");
    assertThat(browser.text(".notice")).contains("No recorded change explains this");
  }

  @Test
  void nothingIsAskedOfAnybodyElseAndThePolicyIsKept() {
    for (String page :
        List.of(
            investigate(),
            investigate().replace("/investigate", "/postmortem"),
            "/timeline?" + span(),
            "/search",
            "/state?service=checkout",
            "/sources",
            "/unmapped",
            "/login")) {
      browser.complaints();
      browser.visit(page);
      assertThat(browser.complaints()).as(page).isEmpty();
      assertThat(
              browser.list(
                  "return performance.getEntriesByType('resource').map(e => e.name)"
                      + ".filter(name => !name.startsWith(location.origin))"))
          .isEmpty();
    }
  }

  @Test
  void thePagesAreLight() throws Exception {
    browser.visit("/timeline");
    long bytes = 0;
    for (Object script :
        browser.list(
            "return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname)"
                + ".filter(path => path.endsWith('.js'))")) {
      bytes +=
          server
              .send(server.request(script.toString()).header("Accept-Encoding", "gzip").build())
              .response()
              .body()
              .length;
    }
    assertThat(bytes).as("JavaScript, gzipped").isBetween(10_000L, 300_000L);
  }

  @Test
  void theFirstPaintWaitsForNoScript() throws Exception {
    String document = server.get("/timeline").text();

    assertThat(document.replaceAll("(?s)<script.*?</script>|<link[^>]*>", ""))
        .as("what the browser shows before any script came")
        .contains(">Changetrail</span></header>");
    browser.visit("/timeline");
    assertThat(browser.all("header")).as("is replaced by the page's own").hasSize(1);
  }

  @Test
  void everyScriptIsAskedForAtOnceAndNotWhenAnotherOneNamesIt() {
    browser.visit("/timeline");

    assertThat(
            browser.list(
                "const known = [...document.querySelectorAll('link[rel=modulepreload],"
                    + " script[src]')].map(e => e.href ?? e.src).concat("
                    + "[...document.querySelectorAll('script[src]')].map(e => e.src));"
                    + "return performance.getEntriesByType('resource').map(e => e.name)"
                    + ".filter(name => name.endsWith('.js') && !known.includes(name))"))
        .isEmpty();
    assertThat(
            browser.list(
                "const loaded = performance.getEntriesByType('resource').map(e => e.name);"
                    + "return [...document.querySelectorAll('link[rel=modulepreload]')]"
                    + ".map(e => e.href).filter(name => !loaded.includes(name))"))
        .isEmpty();
  }

  @Test
  void aTimeWithoutAZoneIsUtcWhereverThePersonSits() {
    browser.visit(investigate());
    String answer = browser.text("dl.facts dd");
    browser.zone("Asia/Tokyo");
    try {
      browser.visit(investigate().replaceAll("Z$", ""));
      assertThat(browser.text("dl.facts dd")).isEqualTo(answer);

      String utc = browser.text("ol.suspects time");
      browser.click("footer button");
      browser.shown();
      assertThat(browser.text("footer")).contains("Tokyo");
      assertThat(browser.text("ol.suspects time")).isNotEqualTo(utc);
      browser.click("footer button");
    } finally {
      browser.zone("");
    }
  }

  @Test
  void whatIsStoredIsShownAlsoWhileTheNextComesAllTheTime() throws Exception {
    browser.visit("/timeline");
    browser.waitForText(".pill.live", "live");
    AtomicInteger number = new AtomicInteger();
    ScheduledExecutorService busy = Executors.newSingleThreadScheduledExecutor();
    try {
      ScheduledFuture<?> unused =
          busy.scheduleWithFixedDelay(
              () -> {
                try {
                  server.store(
                      Events.deployment(
                              "busy-" + number.incrementAndGet(), Instant.now(), "busy-bee", "prod")
                          .build());
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              0,
              100,
              TimeUnit.MILLISECONDS);
      browser.waitForText("tbody", "busy-bee");
    } finally {
      busy.shutdownNow();
    }
  }

  /** Goes to the timeline within the pages, so that what was made of the window holds for it. */
  private static void visitTimelineWith(String script) {
    browser.visit("/search");
    browser.run(script);
    browser.click("nav a[href='/timeline']");
    browser.shown();
  }

  @Test
  void whatIsStoredBetweenTheAnswerAndTheStreamIsNotMissed() throws Exception {
    visitTimelineWith(
        """
        const Stream = window.EventSource;
        window.EventSource = class {
          static CLOSED = 2;
          constructor(url) {
            this.listeners = [];
            window.followNow = () => {
              this.stream = new Stream(url);
              this.listeners.forEach((one) => this.stream.addEventListener(...one));
            };
          }
          addEventListener(...one) { this.listeners.push(one); }
          get readyState() { return this.stream?.readyState; }
          close() { this.stream?.close(); }
        };
        """);

    server.store(Events.deployment("between-1", Instant.now(), "between", "prod").build());
    browser.run("followNow()");

    browser.waitForText("tbody", "between");
    browser.waitForText(".pill.live", "live");
  }

  @Test
  void whatIsStoredIsShownAlsoIfTheClockOfTheBrowserIsBehind() throws Exception {
    visitTimelineWith("const now = Date.now; Date.now = () => now() - 120_000;");
    browser.waitForText(".pill.live", "live");

    server.store(Events.deployment("ahead-1", Instant.now(), "ahead", "prod").build());

    browser.waitForText("tbody", "ahead");
    assertThat(browser.all("[role=alert]")).isEmpty();
  }

  @Test
  void whatCouldNotBeAskedForIsAskedForAgain() throws Exception {
    browser.visit("/timeline");
    browser.waitForText(".pill.live", "live");
    browser.run(
        """
        const ask = window.fetch;
        window.fetch = async () => { window.fetch = ask; throw new TypeError('no network'); };
        """);

    server.store(Events.deployment("again-1", Instant.now(), "asked-again", "prod").build());

    browser.waitForText("[role=alert]", "The server does not answer");
    browser.waitForText("tbody", "asked-again");
    assertThat(browser.all("[role=alert]")).isEmpty();
  }

  @Test
  void ofQuestionsThatOverlapTheLastOneCountsInWhicheverOrderTheyAreAnswered() throws Exception {
    browser.visit(investigate());
    browser.run(
        """
        const ask = window.fetch;
        const late = new Promise((now) => { window.answerTheFirst = now; });
        window.seen = [];
        let asked = 0;
        window.fetch = async (...question) => {
          const number = asked++;
          const answer = await (await ask(...question)).json();
          if (number === 0) await late;
          setTimeout(() => window.seen.push(number));
          return { ok: true, status: 200, json: () => answer };
        };
        """);
    browser.one("input[type=file]").sendKeys(metric().toAbsolutePath().toString());
    browser.waitFor("main .chip");
    browser.click("main .chip button");
    browser.waitUntil("window.seen.includes(1)");
    browser.run("answerTheFirst()");
    browser.waitUntil("window.seen.includes(0)");

    assertThat(browser.text("dl.facts")).contains("series\n0");
    assertThat(browser.all("ct-plot")).isEmpty();
  }

  @Test
  void anUnmappedNameIsMappedByOneClickAndThatIsUndoneByAnother() throws Exception {
    Path catalogue = Files.writeString(data.resolve("few.yaml"), "services: {checkout: {}}");
    try (RunningServer few =
        RunningServer.start(data.resolve("few"), "catalogue", catalogue.toString())) {
      few.store(
          Events.deployment("a", Instant.now(), "chekout", "prod").build(),
          Events.deployment("b", Instant.now(), "search", "prod").build());
      browser.goesTo(few.address());
      browser.visit("/unmapped");
      assertThat(browser.texts("table.names td:first-child"))
          .containsExactly("chekout", "search", "prod");

      browser.click("table.names form button");

      browser.waitForText("[role=status]", "chekout is checkout now, in past events too.");
      assertThat(browser.texts("table.names td:first-child")).containsExactly("search", "prod");
      assertThat(few.get("/v1/events?service=checkout").json().path("events")).hasSize(1);
      browser.one("table.names form input").sendKeys("nosuch" + Keys.ENTER);
      browser.waitForText("[role=alert]", "neither in the catalogue nor named by any event");
      browser.click("table.names form button[type=button]");
      browser.waitForText("[role=status]", "search is in the catalogue now.");
      assertThat(browser.all("[role=alert]")).isEmpty();
      browser.screenshot("unmapped");
      assertThat(browser.accessibilityFaults()).isEmpty();

      browser.click("button[aria-label='Undo: chekout']");

      browser.waitForText("[role=status]", "chekout stands for itself again.");
      assertThat(browser.texts("table.names td:first-child")).contains("chekout");
      assertThat(few.get("/v1/events?service=checkout").json().path("events")).isEmpty();
    } finally {
      browser.goesTo(server.address());
    }
  }

  @Test
  void anEmptyStoreSaysWhatToDoNext() throws Exception {
    try (RunningServer empty = RunningServer.start(data.resolve("empty"))) {
      browser.goesTo(empty.address());
      for (String page : List.of("/timeline", "/search", "/sources")) {
        browser.visit(page);
        assertThat(browser.text("main")).as(page).contains("changetrail emit");
      }
      browser.screenshot("empty");
    } finally {
      browser.goesTo(server.address());
    }
  }

  @Test
  void aSilentSourceAndItsGapsAreNamed() throws Exception {
    Instant past = Instant.parse("2026-01-31T02:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(past);
    try (RunningServer late = RunningServer.start(data.resolve("late"), now::get)) {
      late.post(
          "/v1/declarations",
          "application/json",
          """
          {"declarations":[{"source":"/runner","installation":"runner","epoch":"e1","last":3,
            "heartbeat":"PT1M","lost":[{"first":2,"last":3,"reason":"spool full",
            "at":"2026-01-31T02:00:00Z"}]}]}
          """);
      now.set(past.plusSeconds(600));
      browser.goesTo(late.address());

      browser.visit("/sources");

      assertThat(browser.text("tbody")).contains("/runner", "silent since", "2–3", "spool full");
      late.store(Events.deployment("late-1", now.get(), "till", "prod").build());
      browser.visit("/investigate?service=till&at=" + now.get());
      assertThat(browser.text(".notice.warn")).contains("Not everything was seen", "/runner");
      browser.clipboard();
      browser.click("main .row button");
      browser.waitForText("main .row [role=status]", "copied");
      assertThat(browser.clipboard()).contains("Not everything was seen: events of /runner are");
      browser.visit("/postmortem?service=till&at=" + now.get());
      assertThat(browser.texts("ul.chain li")).contains("events of /runner are missing");
    } finally {
      browser.goesTo(server.address());
    }
  }
}
