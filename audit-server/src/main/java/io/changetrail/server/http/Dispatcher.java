// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import io.changetrail.model.InvalidEventException;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes each request from its header fields to the end of its answer. */
final class Dispatcher extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final int WORTH_COMPRESSING = 1024;

  private final Router router;
  private final Authenticator authenticator;
  private final RequestObserver observer;
  private final Limits limits;
  private final Lanes lanes;
  private final Budget budget;
  private final InstantSource clock;

  /** Requests of which not the whole answer was sent. */
  private final Set<org.eclipse.jetty.server.Request> inFlight = ConcurrentHashMap.newKeySet();

  Dispatcher(
      Router router,
      Authenticator authenticator,
      RequestObserver observer,
      Limits limits,
      Lanes lanes,
      Budget budget,
      InstantSource clock) {
    // Nothing blocks before the lane's thread takes over, except for the direct lane.
    super(InvocationType.NON_BLOCKING);
    this.router = router;
    this.authenticator = authenticator;
    this.observer = observer;
    this.limits = limits;
    this.lanes = lanes;
    this.budget = budget;
    this.clock = clock;
  }

  @Override
  public boolean handle(
      org.eclipse.jetty.server.Request request,
      org.eclipse.jetty.server.Response response,
      Callback callback) {
    inFlight.add(request);
    org.eclipse.jetty.server.Request.addCompletionListener(
        request, failure -> inFlight.remove(request));
    new Exchange(request, response, callback).begin();
    return true;
  }

  /** Has the connections of requests in flight be silent for as long as they always may. */
  void keepInFlight() {
    for (org.eclipse.jetty.server.Request request : inFlight) {
      request
          .getConnectionMetaData()
          .getConnection()
          .getEndPoint()
          .setIdleTimeout(limits.idle().toMillis());
    }
  }

  /** One request and its answer. */
  private final class Exchange {
    private final org.eclipse.jetty.server.Request request;
    private final org.eclipse.jetty.server.Response response;
    private final Callback callback;
    private final Instant received = clock.instant();
    private final long began = System.nanoTime();
    private final Headers headers;
    private Caller caller = Caller.anonymous();
    private Router.@Nullable Match match;
    private @Nullable Body body;

    Exchange(
        org.eclipse.jetty.server.Request request,
        org.eclipse.jetty.server.Response response,
        Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      Map<String, List<String>> fields = new LinkedHashMap<>();
      for (HttpField field : request.getHeaders()) {
        fields
            .computeIfAbsent(
                field.getName().toLowerCase(Locale.ROOT), any -> new java.util.ArrayList<>())
            .add(field.getValue() == null ? "" : field.getValue());
      }
      headers = new Headers(fields);
    }

    /** Decides by the header fields alone whether the body is worth reading. */
    void begin() {
      try {
        Router.Match found = router.match(request.getMethod(), request.getHttpURI().getPath());
        match = found;
        if (found.route().access() != Access.SIGNED) {
          caller = authenticator.authenticate(request.getMethod(), headers);
        }
        require(found.route().access());
        body = new Body(request, limits, budget, read -> proceed(found), this::fail);
        body.read();
      } catch (RuntimeException | Error e) {
        fail(e);
      }
    }

    private void require(Access access) {
      if (caller.may(access)) {
        return;
      }
      if (caller.equals(Caller.anonymous())) {
        throw Problem.of(
                401,
                "unauthenticated",
                "A credential is needed",
                "send 'Authorization: Bearer <token>'; tokens are made with 'changetrail token'")
            .header("WWW-Authenticate", "Bearer realm=\"changetrail\"")
            .asException();
      }
      throw Problem.of(
              403,
              "forbidden",
              "The credential does not allow this",
              "this needs the right "
                  + access.name().toLowerCase(Locale.ROOT)
                  + "; the credential '"
                  + caller.name()
                  + "' has "
                  + caller.rights().toString().toLowerCase(Locale.ROOT))
          .asException();
    }

    private void proceed(Router.Match found) {
      try {
        lanes.run(found.route().lane(), () -> answer(found));
      } catch (RejectedExecutionException e) {
        fail(
            Problem.busy("too many requests are waiting; send this one again later").asException());
      }
    }

    private void answer(Router.Match found) {
      try {
        Body complete = java.util.Objects.requireNonNull(body);
        Response answer =
            found
                .route()
                .endpoint()
                .handle(
                    new Request(
                        request.getMethod(),
                        request.getHttpURI().getDecodedPath(),
                        found.parameters(),
                        Parameters.parse(request.getHttpURI().getQuery()),
                        headers,
                        complete.decoded(headers),
                        caller,
                        received));
        send(answer);
      } catch (Exception | Error e) {
        fail(e);
      }
    }

    private void send(Response answer) throws IOException {
      Response.Writer writer = answer.writer();
      if (writer == null) {
        sendBytes(answer, callback);
        return;
      }
      prepare(answer);
      if (request.getMethod().equals("HEAD")) {
        endUnread(writer);
        finished(answer.status());
        response.write(true, ByteBuffer.allocate(0), callback);
        return;
      }
      try (OutputStream out = Content.Sink.asOutputStream(response)) {
        writer.write(out);
      }
      finished(answer.status());
      callback.succeeded();
    }

    /**
     * An answer without a body takes whatever is written and never tells that its reader has gone,
     * so a writer that goes on for as long as it is read would go on for ever.
     */
    private void endUnread(Response.Writer writer) throws IOException {
      OutputStream unread =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new UnreadException();
            }
          };
      try {
        writer.write(unread);
      } catch (UnreadException e) {
        // Told as it tells of a reader who has gone, the writer has given back what it holds.
      }
    }

    private void sendBytes(Response answer, Callback whenSent) throws IOException {
      byte[] bytes = answer.body();
      prepare(answer);
      if (bytes.length >= WORTH_COMPRESSING) {
        response.getHeaders().put("Vary", "Accept-Encoding");
        if (acceptsGzip()) {
          response.getHeaders().put("Content-Encoding", "gzip");
          bytes = gzip(bytes);
        }
      }
      finished(answer.status());
      response.write(true, ByteBuffer.wrap(bytes), whenSent);
    }

    private void prepare(Response answer) {
      response.setStatus(answer.status());
      answer.headers().forEach(response.getHeaders()::put);
      // What is answered here is data, and none of a cache's or a browser's business.
      response.getHeaders().put("X-Content-Type-Options", "nosniff");
      if (!response.getHeaders().contains("Cache-Control")) {
        response.getHeaders().put("Cache-Control", "no-store");
      }
    }

    private boolean acceptsGzip() {
      return List.of(headers.joined("accept-encoding").toLowerCase(Locale.ROOT).split(",", -1))
          .stream()
          .map(String::strip)
          .anyMatch(
              coding ->
                  coding.equals("gzip")
                      || (coding.startsWith("gzip;") && !coding.matches(".*q=0(\\.0*)?")));
    }

    /** Answers with what went wrong; a failure of ours is logged and not told. */
    private void fail(Throwable failure) {
      if (response.isCommitted() && failure instanceof EofException) {
        // As every reader of a stream does some day: nothing failed.
        LOG.debug("the reader has gone: route={} caller={}", route(), caller.name());
        finished(response.getStatus());
        callback.failed(failure);
        return;
      }
      Problem problem = problem(failure);
      if (response.isCommitted()) {
        finished(response.getStatus());
        callback.failed(failure);
        return;
      }
      try {
        response.reset();
        sendBytes(
            problem.toResponse(),
            Callback.from(
                new Remainder(request, limits, callback::succeeded)::drop, callback::failed));
      } catch (IOException | RuntimeException e) {
        callback.failed(e);
      }
    }

    private Problem problem(Throwable failure) {
      if (failure instanceof ProblemException expected) {
        return expected.problem();
      }
      if (failure instanceof InvalidEventException invalid) {
        return Problem.field(invalid.field(), invalid.detail());
      }
      if (failure instanceof StoreFullException) {
        return Problem.of(
                507,
                "store-full",
                "The store is full",
                "nothing of this request was stored; send it again once space was freed")
            .header("Retry-After", "30");
      }
      LOG.error("request failed: route={} caller={}", route(), caller.name(), failure);
      if (failure instanceof StoreException) {
        return Problem.of(503, "store-failed", "The store failed", "send the request again later")
            .header("Retry-After", "5");
      }
      return Problem.of(500, "failure", "The server failed", "the log says why");
    }

    private void finished(int status) {
      if (body != null) {
        body.release();
      }
      observer.answered(caller, route(), status, Duration.ofNanos(System.nanoTime() - began));
    }

    private String route() {
      return match == null ? "none" : match.route().toString();
    }
  }

  /** Nobody reads what is written. */
  private static final class UnreadException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream(bytes.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
