// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, and answers by a {@link Router}. */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int JETTY_THREADS = 16;

  private final HttpSettings settings;
  private final Lanes lanes;
  private final Budget budget;
  private final Server server;
  private final ServerConnector connector;

  /** Wires a server that does not listen yet. */
  public HttpServer(
      HttpSettings settings,
      Router router,
      Authenticator authenticator,
      RequestObserver observer,
      InstantSource clock) {
    this.settings = settings;
    Limits limits = settings.limits();
    lanes = new Lanes(limits);
    budget = new Budget(limits.memoryBytes());
    QueuedThreadPool threads = new QueuedThreadPool(JETTY_THREADS, 2);
    threads.setName("http");
    threads.setDaemon(true);
    server = new Server(threads);
    Dispatcher dispatcher =
        new Dispatcher(router, authenticator, observer, limits, lanes, budget, clock);
    connector =
        new ServerConnector(server, 1, 1, protocols(settings)) {
          /** Only connections without a request are to end soon. */
          @Override
          public CompletableFuture<Void> shutdown() {
            CompletableFuture<Void> done = super.shutdown();
            dispatcher.keepInFlight();
            return done;
          }
        };
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.setShutdownIdleTimeout(500);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
    server.setErrorHandler(new ProblemPages());
    server.setHandler(new GracefulHandler(dispatcher));
    server.setStopTimeout(limits.drain().toMillis());
  }

  private static ConnectionFactory[] protocols(HttpSettings settings) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(settings.limits().headerBytes());
    http.setUriCompliance(UriCompliance.RFC3986);
    http.setIdleTimeout(settings.limits().idle().toMillis());
    if (settings.tls() == null) {
      return new ConnectionFactory[] {new HttpConnectionFactory(http)};
    }
    http.addCustomizer(new SecureRequestCustomizer(false));
    SslContextFactory.Server ssl = new SslContextFactory.Server();
    try {
      ssl.setKeyStore(PemFiles.keyStore(settings.tls()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot use the TLS files: " + e.getMessage(), e);
    }
    ssl.setKeyStorePassword("");
    ssl.setIncludeProtocols("TLSv1.2", "TLSv1.3");
    return new ConnectionFactory[] {
      new SslConnectionFactory(ssl, "http/1.1"), new HttpConnectionFactory(http)
    };
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if the address cannot be bound; the message names it
   */
  public void start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on " + settings.host() + ":" + settings.port() + ": " + e.getMessage(), e);
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server did not start", e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Requests that wait for a thread of the lane. */
  public int waiting(Lane lane) {
    return lanes.waiting(lane);
  }

  /** Requests of the lane that are being answered. */
  public int running(Lane lane) {
    return lanes.running(lane);
  }

  /** Bytes that the bodies of requests in flight take, by estimate. */
  public long bytesInFlight() {
    return budget.used();
  }

  /**
   * Takes no new requests, lets those in flight finish, and ends streams. What is not finished in
   * time is cut off.
   */
  @Override
  public void close() {
    lanes.stopStreams();
    try {
      stop();
      lanes.stop(settings.limits().drain());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() throws InterruptedException {
    try {
      server.stop();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // It has stopped all the same, and what is closed after it must not stay open.
      LOG.warn("the HTTP server did not stop in an orderly way: {}", e.toString());
    }
  }
}
