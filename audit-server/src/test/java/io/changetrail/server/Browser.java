// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real Chromium. Where there is none, its tests are skipped by name, unless the environment says
 * with {@code REQUIRE_REAL_PARTS=1} that they must run.
 */
final class Browser implements AutoCloseable {
  /** Much more than anything takes, also on a machine that has to do much else. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int ATTEMPTS = 3;
  private static final double TALLEST_SHOT = 3_000;
  private static final Path SHOTS = Path.of("target", "screenshots");

  private final ChromeDriver driver;
  private URI address;

  private Browser(ChromeDriver driver, URI address) {
    this.driver = driver;
    this.address = address;
  }

  static Browser open(URI address) {
    Optional<File> chromium = program("chromium", "chromium-browser", "google-chrome");
    Optional<File> chromedriver = program("chromedriver");
    if (chromium.isEmpty() || chromedriver.isEmpty()) {
      String absent =
          "no chromium with chromedriver on the PATH (Debian: chromium, chromium-driver)";
      if (System.getenv("REQUIRE_REAL_PARTS") != null) {
        throw new IllegalStateException(absent);
      }
      Assumptions.abort(absent);
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
    ChromeOptions options =
        new ChromeOptions()
            .setBinary(chromium.orElseThrow())
            .addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--window-size=1280,1000");
    options.setCapability("goog:loggingPrefs", logs);
    return new Browser(start(chromedriver.orElseThrow(), options, 1), address);
  }

  private static ChromeDriver start(File chromedriver, ChromeOptions options, int attempt) {
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver)
            .usingAnyFreePort()
            .withTimeout(PATIENCE)
            .build();
    try {
      ChromeDriver driver = new ChromeDriver(service, options);
      driver.manage().timeouts().scriptTimeout(PATIENCE);
      return driver;
    } catch (WebDriverException e) {
      // The port was free when it was chosen, and may be somebody else's since.
      service.stop();
      if (attempt == ATTEMPTS) {
        throw e;
      }
      return start(chromedriver, options, attempt + 1);
    }
  }

  private static Optional<File> program(String... names) {
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                    .map(directory -> new File(directory, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  /** The same browser for another server. */
  void goesTo(URI other) {
    address = other;
  }

  /** Opens a page and waits until it has asked and shown. */
  Browser visit(String path) {
    driver.get(address + path);
    return shown();
  }

  Browser shown() {
    Awaitility.await("the page of " + driver.getCurrentUrl())
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(
            () ->
                !driver.findElements(By.cssSelector("main h1")).isEmpty()
                    && !text("main").contains("asking …"));
    return this;
  }

  void waitFor(String css) {
    Awaitility.await(css)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !driver.findElements(By.cssSelector(css)).isEmpty());
  }

  void waitForText(String css, String part) {
    Awaitility.await(css + " with " + part)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> text(css).contains(part));
  }

  String text(String css) {
    return driver.findElement(By.cssSelector(css)).getText();
  }

  List<String> texts(String css) {
    return driver.findElements(By.cssSelector(css)).stream().map(WebElement::getText).toList();
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  WebElement one(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  /** Clicks, also where the page draws or moves the element at that moment. */
  void click(String css) {
    Awaitility.await("a click on " + css)
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(
            () -> {
              one(css).click();
              return true;
            });
  }

  /** Waits until a script finds what it looks for. */
  void waitUntil(String script) {
    Awaitility.await(script)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Boolean.TRUE.equals(run("return Boolean(" + script + ")")));
  }

  void press(CharSequence keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  @Nullable Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** What a script finds. */
  List<Object> list(String script, Object... arguments) {
    return List.copyOf((List<?>) java.util.Objects.requireNonNull(run(script, arguments)));
  }

  double number(String script) {
    return ((Number) java.util.Objects.requireNonNull(run(script))).doubleValue();
  }

  String url() {
    return String.valueOf(driver.getCurrentUrl());
  }

  String path() {
    URI at = URI.create(url());
    return at.getRawPath() + (at.getRawQuery() == null ? "" : "?" + at.getRawQuery());
  }

  void back() {
    driver.navigate().back();
  }

  void size(int width, int height) {
    // A window has a least width; the page itself can be narrower.
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.manage().window().setSize(new Dimension(Math.max(500, width), height));
  }

  /** Where the person sits, as an IANA name; the one of this machine if empty. */
  void zone(String name) {
    driver.executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", name));
  }

  void dark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Where downloads go. */
  void download(Path directory) {
    driver.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", directory.toAbsolutePath().toString()));
  }

  /** What was copied last. */
  String clipboard() {
    driver.executeCdpCommand(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    return String.valueOf(
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "navigator.clipboard.readText().then(done, (e) => done('' + e))"));
  }

  /** The page from its top on, kept as an artefact of the build. */
  void screenshot(String name) {
    double height = number("return document.documentElement.scrollHeight");
    Map<String, Object> clip =
        Map.of(
            "x", 0,
            "y", 0,
            "width", number("return document.documentElement.clientWidth"),
            "height", Math.min(height, TALLEST_SHOT),
            "scale", 1);
    Map<String, Object> shot =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", clip));
    try {
      Files.createDirectories(SHOTS);
      Files.write(
          SHOTS.resolve(name + ".png"), Base64.getDecoder().decode(shot.get("data").toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the browser complained of since it was asked last, such as a breach of the policy. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue())
        .map(entry -> entry.getMessage())
        .toList();
  }

  /** What axe-core finds against WCAG 2.2 AA on the page as it is. */
  List<String> accessibilityFaults() {
    return faults("runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']");
  }

  /** What of that depends on the colours. */
  List<String> contrastFaults() {
    return faults("runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}");
  }

  @SuppressWarnings("unchecked")
  private List<String> faults(String rules) {
    if (!Boolean.TRUE.equals(run("return 'axe' in window"))) {
      try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
        assertThat(axe).as("axe-core on the class path").isNotNull();
        // By the debugger, which the policy of the page does not bind.
        driver.executeCdpCommand(
            "Runtime.evaluate",
            Map.of("expression", new String(axe.readAllBytes(), StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Object faults =
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "axe.run({resultTypes: ['violations'], "
                + rules
                + "}).then(r => done(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' +"
                + " n.target.join(' ') + ' ' + n.failureSummary))))");
    return (List<String>) faults;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
