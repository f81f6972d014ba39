// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token becomes a session of a browser, which may read and nothing else. */
class LoginTest {
  @TempDir private Path data;
  private TokenFile tokens;
  private TokenFile.Created reader;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    tokens = new TokenFile(data.resolve(TokenFile.NAME));
    reader =
        tokens.create(
            new TokenFile.Grant(
                "on-call",
                "default",
                null,
                new Token.Ingest(List.of("*")),
                new Token.Read(List.of("prod"), null, null),
                true),
            Instant.now());
    server = RunningServer.start(data);
    server
        .as(reader.secret())
        .store(
            Events.deployment("p", Instant.now(), "checkout", "prod").build(),
            Events.deployment("s", Instant.now(), "checkout", "staging").build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Answer logIn(String token) throws Exception {
    return server.post("/v1/session", "application/json", "{\"token\":\"" + token + "\"}");
  }

  private Answer with(String cookie, String method, String path, @Nullable String csrf)
      throws Exception {
    HttpRequest.Builder request =
        server
            .request(path)
            .header("Cookie", "theme=dark; " + cookie.split(";", 2)[0])
            .header("Content-Type", "application/json")
            .method(
                method,
                method.equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("{\"service\":\"checkout\"}")
                    : HttpRequest.BodyPublishers.noBody());
    if (csrf != null) {
      request.header("X-CSRF-Token", csrf);
    }
    return server.send(request.build());
  }

  @Test
  void aTokenBecomesACookieThatScriptsCannotReadAndHasTheTokensScope() throws Exception {
    Answer begun = logIn(reader.secret());

    assertThat(begun.status()).isEqualTo(201);
    String cookie = begun.header("Set-Cookie");
    assertThat(cookie).contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200");
    assertThat(cookie).doesNotContain(reader.secret());
    assertThat(with(cookie, "GET", "/v1/events", null).json().path("events"))
        .as("of prod only, as the token")
        .hasSize(1);
    JsonNode session = with(cookie, "GET", "/v1/session", null).json();
    assertThat(session.path("name").asText()).isEqualTo("on-call");
    assertThat(session.path("rights").toString()).isEqualTo("[\"read\",\"catalogue\"]");
    assertThat(session.path("csrf")).isEqualTo(begun.json().path("csrf"));
  }

  @Test
  void aSessionNeitherSendsNorOperates() throws Exception {
    Answer begun = logIn(reader.secret());
    String cookie = begun.header("Set-Cookie");
    String csrf = begun.json().path("csrf").asText();

    assertThat(with(cookie, "POST", "/v1/events", csrf).status()).isEqualTo(403);
    assertThat(with(cookie, "GET", "/v1/backup", null).status()).isEqualTo(403);
  }

  @Test
  void whatWritesNeedsTheCsrfTokenOfThePage() throws Exception {
    Answer begun = logIn(reader.secret());
    String cookie = begun.header("Set-Cookie");

    assertThat(with(cookie, "POST", "/v1/correlate", null).status()).isEqualTo(403);
    assertThat(with(cookie, "POST", "/v1/correlate", "guessed").status()).isEqualTo(403);
    assertThat(with(cookie, "POST", "/v1/correlate", begun.json().path("csrf").asText()).status())
        .isEqualTo(200);
    assertThat(with(cookie, "DELETE", "/v1/session", null).status())
        .as("another site cannot log one out")
        .isEqualTo(403);
  }

  @Test
  void itEndsByLoggingOutAndWithItsToken() throws Exception {
    Answer first = logIn(reader.secret());
    Answer second = logIn(reader.secret());

    assertThat(
            with(
                    first.header("Set-Cookie"),
                    "DELETE",
                    "/v1/session",
                    first.json().path("csrf").asText())
                .header("Set-Cookie"))
        .contains("Max-Age=0");
    assertThat(with(first.header("Set-Cookie"), "GET", "/v1/events", null).status()).isEqualTo(401);
    assertThat(with(second.header("Set-Cookie"), "GET", "/v1/events", null).status())
        .isEqualTo(200);

    tokens.revoke(reader.token().id());

    assertThat(with(second.header("Set-Cookie"), "GET", "/v1/events", null).status())
        .isEqualTo(401);
  }

  @Test
  void manySessionsOfOneTokenEndNobodyElses() throws Exception {
    TokenFile.Created other =
        tokens.create(
            new TokenFile.Grant(
                "other", "default", null, null, new Token.Read(null, null, null), false),
            Instant.now());
    String others = logIn(other.secret()).header("Set-Cookie");
    String first = logIn(reader.secret()).header("Set-Cookie");
    for (int i = 0; i < 20; i++) {
      logIn(reader.secret());
    }

    assertThat(with(first, "GET", "/v1/events", null).status()).isEqualTo(401);
    assertThat(with(others, "GET", "/v1/events", null).status()).isEqualTo(200);
  }

  @Test
  void aTokenThatIsNotKnownOrMayNotReadBeginsNothing() throws Exception {
    TokenFile.Created sender =
        tokens.create(
            new TokenFile.Grant("ci", "default", null, new Token.Ingest(List.of("*")), null, false),
            Instant.now());

    for (String token : List.of("ct_guess", sender.secret())) {
      Answer refused = logIn(token);
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.json().path("field").asText()).isEqualTo("token");
      assertThat(refused.header("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void aPersonLogsInSeesWhatTheyMayAndIsAskedAgainWhenTheTokenIsRevoked() {
    try (Browser browser = Browser.open(server.address())) {
      browser.visit("/search");
      assertThat(browser.text("[role=alert]")).contains("A credential is needed");

      browser.click("[role=alert] a");
      browser.shown();
      assertThat(browser.path()).startsWith("/login?next=%2Fsearch");
      browser.one("input[name=token]").sendKeys("ct_wrong");
      browser.click("main form button");
      browser.waitForText("[role=alert]", "not known here");
      browser.one("input[name=token]").clear();
      browser.one("input[name=token]").sendKeys(reader.secret());
      browser.screenshot("login");
      browser.click("main form button");

      browser.waitForText("main p[role=status]", "1 event");
      assertThat(browser.path()).isEqualTo("/search");
      assertThat(browser.run("return document.cookie")).isEqualTo("");
      browser.visit("/investigate?service=checkout");
      assertThat(browser.all(".notice.bad")).as("asking needs the csrf token").isEmpty();

      tokens.revoke(reader.token().id());
      browser.visit("/search");
      assertThat(browser.text("[role=alert]")).contains("A credential is needed");
    }
  }

  private void logInAsReader(Browser browser) {
    browser.visit("/login");
    browser.one("input[name=token]").sendKeys(reader.secret());
    browser.click("main form button");
  }

  @Test
  void whoLogsOutIsAskedAgain() {
    try (Browser browser = Browser.open(server.address())) {
      logInAsReader(browser);
      browser.waitForText("footer", "Log out");

      browser.click("footer > button");

      browser.waitForText("main h1", "Log in");
      assertThat(browser.text("footer")).doesNotContain("Log out");
      browser.visit("/search");
      assertThat(browser.text("[role=alert]")).contains("A credential is needed");
      browser.back();
      browser.visit("/sources");
      assertThat(browser.text("[role=alert]")).contains("A credential is needed");
    }
  }

  @Test
  void whoLogsInAgainInAnotherTabGoesOnInThisOne() {
    try (Browser browser = Browser.open(server.address())) {
      logInAsReader(browser);
      browser.waitForText("footer", "Log out");
      browser.run(
          """
          const another = async () => {
            const { csrf } = await (await fetch('/v1/session')).json();
            const { status } = await fetch('/v1/session', {
              method: 'POST',
              headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
              body: JSON.stringify({ token: '%s' }),
            });
            window.begun = status;
          };
          another();
          """
              .formatted(reader.secret()));
      browser.waitUntil("window.begun === 201");

      browser.click("footer > button");

      browser.waitForText("main h1", "Log in");
      assertThat(browser.text("footer")).doesNotContain("Log out");
    }
  }

  @Test
  void aSessionThatEndsWhileOneLooksLeadsToTheLoginAndBack() {
    try (Browser browser = Browser.open(server.address())) {
      logInAsReader(browser);
      browser.waitForText("footer", "Log out");
      browser.click("nav a[href='/search']");
      browser.waitForText("main p[role=status]", "1 event");

      tokens.revoke(reader.token().id());
      browser.click(".facets a[href*='service=checkout']");

      browser.waitForText("[role=alert]", "A credential is needed");
      assertThat(browser.one("[role=alert] a").getDomAttribute("href"))
          .isEqualTo("/login?next=" + "%2Fsearch%3Fservice%3Dcheckout");
      assertThat(browser.texts("tbody a")).as("what is no more to be seen").isEmpty();
    }
  }

  @Test
  void aSessionThatHasExpiredLeadsToTheLoginAndBack() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    Path elsewhere = data.resolve("expiring");
    TokenFile.Created person =
        new TokenFile(elsewhere.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "on-call", "default", null, null, new Token.Read(null, null, null), false),
                now.get());
    try (RunningServer expiring = RunningServer.start(elsewhere, now::get);
        Browser browser = Browser.open(expiring.address())) {
      browser.visit("/login?next=/sources");
      browser.one("input[name=token]").sendKeys(person.secret());
      browser.click("main form button");
      browser.waitForText("main h1", "Sources");

      now.updateAndGet(at -> at.plus(Duration.ofHours(12)));
      browser.click("nav a[href='/search']");

      browser.waitForText("[role=alert]", "A credential is needed");
      browser.click("[role=alert] a");
      browser.waitForText("main h1", "Log in");
      browser.one("input[name=token]").sendKeys(person.secret());
      browser.click("main form button");
      browser.waitForText("main h1", "Search");
      assertThat(browser.text("main")).contains("The store is empty");
    }
  }

  @Test
  void aTimelineThatIsFollowedSaysThatTheSessionHasEnded() {
    try (Browser browser = Browser.open(server.address())) {
      logInAsReader(browser);
      browser.waitForText(".pill.live", "live");

      tokens.revoke(reader.token().id());

      browser.waitForText("[role=alert]", "A credential is needed");
      assertThat(browser.one("[role=alert] a").getDomAttribute("href"))
          .isEqualTo("/login?next=%2Ftimeline");
    }
  }

  @Test
  void aServerThatGoesAwayIsSaidOnThePage() {
    try (Browser browser = Browser.open(server.address())) {
      browser.visit("/login");
      server.close();
      browser.one("input[name=token]").sendKeys("ct_any");
      browser.click("main form button");
      browser.waitForText("[role=alert]", "The server does not answer");
    }
  }
}
