// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer, fetched by a thread of their own: who checks a token is never held
 * up by the network. A token of an unknown key has them fetched anew, but however many such tokens
 * come, only so often.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7517#section-5">RFC 7517, key sets</a>
 */
final class IssuerKeys implements JWKSource<SecurityContext>, AutoCloseable {
  /** An issuer publishes a key for longer than this before it signs with it. */
  private static final Duration RENEWED_EVERY = Duration.ofMinutes(15);

  /** Without renewal they serve for as long; a key that was withdrawn must not serve for ever. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(30);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final int MAX_BYTES = 1 << 18;
  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

  private final URL url;
  private final InstantSource clock;
  private final ScheduledExecutorService thread;
  private final AtomicReference<Instant> nextFetch = new AtomicReference<>(Instant.MIN);
  private volatile @Nullable Fetched fetched;

  private record Fetched(JWKSet keys, Instant at) {}

  IssuerKeys(URI url, InstantSource clock) {
    try {
      this.url = url.toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(url + " is no URL that keys can be fetched from", e);
    }
    this.clock = clock;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "issuer-keys " + url.getHost());
              thread.setDaemon(true);
              return thread;
            });
  }

  // A fetch logs its own failure; nobody waits for it.
  @SuppressWarnings("FutureReturnValueIgnored")
  void start() {
    nextFetch.set(clock.instant().plus(BETWEEN_FETCHES));
    thread.scheduleWithFixedDelay(this::fetch, 0, RENEWED_EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * The keys that fit; none if the keys are fresh and none of them fits.
   *
   * @throws KeySourceException if whether one fits will be known a little later
   */
  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    Instant now = clock.instant();
    Fetched known = fetched;
    if (known != null && now.isBefore(known.at().plus(KEPT))) {
      List<JWK> fitting = selector.select(known.keys());
      if (!fitting.isEmpty() || now.isBefore(known.at().plus(BETWEEN_FETCHES))) {
        return fitting;
      }
    }
    Instant next = nextFetch.get();
    if (!now.isBefore(next) && nextFetch.compareAndSet(next, now.plus(BETWEEN_FETCHES))) {
      try {
        thread.execute(this::fetch);
      } catch (RejectedExecutionException e) {
        throw new KeySourceException("the server stops", e);
      }
    }
    throw new KeySourceException("the keys are being fetched");
  }

  private void fetch() {
    try {
      String document = new Direct().retrieveResource(url).getContent();
      fetched = new Fetched(JWKSet.parse(document), clock.instant());
    } catch (IOException | ParseException | RuntimeException e) {
      nextFetch.set(clock.instant().plus(AFTER_FAILURE));
      LOG.warn("the keys of an issuer cannot be had: url={} reason={}", url, e.toString());
    }
  }

  /** Fetches from the configured place and from no other. */
  private static final class Direct extends DefaultResourceRetriever {
    Direct() {
      super(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES);
    }

    @Override
    protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
      HttpURLConnection connection = super.openHTTPConnection(url);
      connection.setInstanceFollowRedirects(false);
      return connection;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
