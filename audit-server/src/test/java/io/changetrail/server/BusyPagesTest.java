// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.server.access.Tenants;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages over a busy store: ten thousand changes in a day, up to a hundred thousand events in a
 * quarter. Times are printed for who reads the build's output, and judged by nobody.
 */
class BusyPagesTest {
  private static final int CHANGES = 10_000;

  /** Of the whole number the build server makes sure; to fill so large a store takes a minute. */
  private static final int EVENTS = System.getenv("REQUIRE_REAL_PARTS") == null ? 20_000 : 100_000;

  @TempDir private static Path data;
  private static Instant end;
  private static RunningServer server;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    URI uri = URI.create("embedded:" + Files.createDirectories(data.resolve("store")));
    // Straight into the store, which is much faster than through the server.
    try (AuditStore store = AuditStoreProvider.forUri(uri).open(uri, Clock.systemUTC())) {
      // What is appended at once is synced together.
      ExecutorService writers = Executors.newFixedThreadPool(8);
      List<Future<?>> written = new ArrayList<>();
      for (int from = 0; from < EVENTS; from += AuditStore.MAX_PAGE) {
        IntStream some = IntStream.range(from, from + AuditStore.MAX_PAGE);
        written.add(
            writers.submit(
                () ->
                    store.append(
                        some.mapToObj(i -> NewEvent.of(Tenants.DEFAULT, event(i), end)).toList())));
      }
      for (Future<?> one : written) {
        one.get();
      }
      writers.shutdown();
    }
    server = RunningServer.start(data);
    browser = Browser.open(server.address());
  }

  /** Of the last day changes, and before that what leads to some. */
  private static AuditEvent event(int i) {
    if (i < CHANGES) {
      return Events.deployment("change" + i, end.minusSeconds(8L * i), "service-" + i % 40, "prod")
          .build();
    }
    return Events.delivery(
            "build" + i,
            end.minus(Duration.ofDays(1)).minusSeconds(80L * i),
            ChangeKind.BUILD,
            "build")
        .build();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    server.close();
  }

  private static String day() {
    return "/timeline?from=" + end.minus(Duration.ofDays(1)) + "&to=" + end.plusMillis(1);
  }

  @Test
  void U1_tenThousandChangesAreAllLoadedAndDrawnAndTheAxisIsZoomed() {
    long began = System.nanoTime();
    browser.visit(day());
    browser.waitForText("main p.quiet", "all 10,000 are drawn");
    long loaded = System.nanoTime() - began;

    assertThat(browser.text("main [role=status]")).startsWith("10,000 changes");
    assertThat(browser.number("return document.querySelector('ct-lanes').spots.length"))
        .isEqualTo(CHANGES);
    assertThat(browser.number("return document.querySelectorAll('main *').length"))
        .as("elements are built for those that are listed, and for no others")
        .isLessThan(300 * 20);
    browser.screenshot("timeline-busy");
    System.out.printf(
        "timeline of 10,000 changes: shown %d ms after the address was entered, of which the server"
            + " took %.0f ms, for %.0f KB (n = 1); drawn in %s ms, found under the pointer in %s"
            + " ms, brushed in %s ms (medians, n = 60)%n",
        loaded / 1_000_000,
        browser.number(
            "return performance.getEntriesByType('resource').filter(e =>"
                + " e.name.includes('/v1/changes')).reduce((sum, e) => sum + e.duration, 0)"),
        browser.number(
            "return performance.getEntriesByType('resource').filter(e =>"
                + " e.name.includes('/v1/changes')).reduce((sum, e) => sum + e.encodedBodySize, 0)"
                + " / 1024"),
        median("lanes.draw()"),
        median("lanes.find({x: 200 + i * 10, y: 40})"),
        median("lanes.pressed = 200; lanes.move({offsetX: 200 + i * 10, offsetY: 40})"));

    // A drag over the last sixth of the axis shows that part of the day.
    browser.run(
        "const canvas = document.querySelector('ct-lanes canvas'); const lanes ="
            + " document.querySelector('ct-lanes'); lanes.leave();"
            + "const box = canvas.getBoundingClientRect();"
            + "const [from, to] = lanes.range; const x = (at) => box.left + lanes.x(at);"
            + "const at = (type, ms) => canvas.dispatchEvent(new PointerEvent(type, {clientX: x(ms),"
            + " clientY: box.top + 40, bubbles: true}));"
            + "at('pointerdown', to - (to - from) / 6); at('pointermove', to);"
            + "window.brushed = !document.querySelector('.brush').hidden;"
            + "at('pointerup', to)");
    browser.waitForText("main [role=status]", "changes");
    browser.waitUntil("document.querySelector('ct-lanes') && location.search.includes('from=')");
    assertThat(browser.run("return window.brushed")).isEqualTo(true);
    Awaitility.await()
        .atMost(Browser.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        browser.number(
                            "return document.querySelector('ct-lanes')?.spots?.length ?? 0"))
                    .isBetween(1_750.0, 1_850.0));
  }

  /** How long a step of the hand takes, in ms. */
  private static Object median(String step) {
    return browser
        .list(
            "const lanes = document.querySelector('ct-lanes'); const took = [];"
                + "for (let i = 0; i < 60; i++) { const at = performance.now(); "
                + step
                + "; took.push(performance.now() - at); }"
                + "took.sort((a, b) => a - b); return [took[30].toFixed(2)]")
        .get(0);
  }

  @Test
  void U1_whatComesToABusyTimelineIsAddedWithoutAskingForAllAgain() throws Exception {
    browser.visit("/timeline");
    browser.waitForText(".pill.live", "live");
    browser.waitForText("main [role=status]", "changes");
    browser.run("performance.clearResourceTimings()");

    server.store(Events.deployment("news", Instant.now(), "newcomer", "prod").build());

    browser.waitForText("tbody", "newcomer");
    assertThat(browser.text("main [role=status]")).startsWith("10,0");
    assertThat(
            browser.number(
                "return performance.getEntriesByType('resource').filter(e =>"
                    + " e.name.includes('/v1/changes')).reduce((sum, e) => sum +"
                    + " e.encodedBodySize, 0)"))
        .as("bytes")
        .isBetween(1.0, 20_000.0);
  }

  @Test
  void Q7_aHundredThousandHitsAreCountedAndPagedAndThePageStaysSmall() {
    long began = System.nanoTime();
    browser.visit("/search");
    browser.waitForText("main p[role=status]", "events");
    long loaded = System.nanoTime() - began;

    assertThat(browser.text("main p[role=status]"))
        .as("and what another test adds")
        .matches(EVENTS / 1000 + ",00\\d events");
    assertThat(browser.all("tbody tr")).hasSize(50);
    assertThat(browser.number("return document.querySelectorAll('main *').length"))
        .isLessThan(3_000);
    for (int pages = 2; pages <= 4; pages++) {
      int rows = 50 * pages;
      browser.click("main p button");
      browser.waitUntil("document.querySelectorAll('tbody tr').length === " + rows);
    }
    browser.run(
        "performance.clearResourceTimings(); const more = document.querySelector('main p button');"
            + "more.click(); more.click()");
    browser.waitUntil(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('cursor')).length"
            + " === 2");
    browser.waitUntil("document.querySelectorAll('tbody tr').length >= 250");
    assertThat(browser.list("return [...document.querySelectorAll('tbody a')].map(a => a.href)"))
        .as("two clicks at once give the same page once")
        .doesNotHaveDuplicates();
    browser.screenshot("search-busy");
    System.out.printf(
        "search over %,d events: shown %d ms after the address was entered (n = 1)%n",
        EVENTS, loaded / 1_000_000);

    browser.click(".facets a[href*='kind=build']");
    browser.shown();
    browser.waitForText("main p[role=status]", (EVENTS - CHANGES) / 1000 + ",000 events");
    browser.visit("/search?q=nothinglikethis");
    assertThat(browser.text("main")).contains("Nothing found");
  }

  @Test
  void theFirstPaintOfEachPage() {
    for (String page : List.of("/timeline", "/search", "/investigate", "/login")) {
      List<Double> took =
          IntStream.range(0, 10)
              .mapToObj(
                  i -> {
                    browser.visit(page);
                    return browser.number(
                        "return performance.getEntriesByName('first-contentful-paint')[0].startTime");
                  })
              .sorted()
              .toList();
      assertThat(took).allMatch(ms -> ms > 0);
      System.out.printf(
          "first contentful paint of %s: %.0f ms median, %.0f ms worst (n = 10)%n",
          page, took.get(5), took.get(9));
    }
  }
}
