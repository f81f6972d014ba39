// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The audit server as the command line sees it. Every way in which an exchange can fail comes out
 * as a {@link Failure} that says what to do.
 *
 * <p>On {@link HttpURLConnection}, which has answered before {@code java.net.http} has started its
 * threads and its TLS: a fifth of a second on every command.
 */
final class AuditServer {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** What to do about a status, where the server does not say it itself. */
  private static final Map<Integer, String> REMEDIES =
      Map.of(
          401,
          "give a token with --token-file or CHANGETRAIL_TOKEN; `changetrail token create` makes"
              + " one",
          403,
          "ask whoever runs the server for a token with that right",
          404,
          "check the name; a token sees only what it was granted",
          413,
          "send less at once",
          429,
          "wait a little and try again",
          503,
          "wait a little and try again",
          507,
          "free space on the server's disk");

  private final URI base;
  private final @Nullable String token;
  private final Duration timeout;

  AuditServer(URI base, @Nullable String token, Duration timeout, Output output) {
    this.base = base;
    this.token = token;
    this.timeout = timeout;
    if (token != null && base.getScheme().equals("http") && !isLoopback(base.getHost())) {
      output.note(
          Line.of("warning: ", Style.YELLOW)
              .and("the token crosses the network in clear text; use an https:// server"));
    }
  }

  /** The address that a person gave, checked. */
  static URI base(String address) {
    try {
      URI uri =
          new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw Failure.usage(wrongAddress(), ADDRESS_REMEDY, e);
    }
    throw Failure.usage(wrongAddress(), ADDRESS_REMEDY);
  }

  private static final String ADDRESS_REMEDY =
      "give it as in --server https://changetrail.example.com:8321";

  /** Without the address: it might hold a password. */
  private static String wrongAddress() {
    return "the server's address is not an http or https URL with a host and nothing else";
  }

  URI base() {
    return base;
  }

  JsonNode get(String path, QueryString query) {
    return json(open("GET", path + query, null, null));
  }

  JsonNode post(String path, String contentType, byte[] body) {
    return json(open("POST", path, contentType, body));
  }

  /** Has something removed. */
  void delete(String path, QueryString query) {
    try (InputStream body = open("DELETE", path + query, null, null).body) {
      body.skipNBytes(0);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * Asks for something that takes its time.
   *
   * @param patience how long the server may take
   */
  JsonNode postPatiently(String path, Duration patience) {
    HttpURLConnection connection = connection("POST", path);
    connection.setReadTimeout((int) patience.toMillis());
    Exchange exchange = send(connection, new byte[0]);
    return json(exchange);
  }

  /**
   * The answer in the media type that is asked for.
   *
   * @param question JSON to post; null where there is nothing to say
   */
  String text(String path, byte @Nullable [] question, String mediaType) {
    HttpURLConnection connection = connection(question == null ? "GET" : "POST", path);
    if (question != null) {
      connection.setRequestProperty("Content-Type", "application/json");
    }
    connection.setRequestProperty("Accept", mediaType + ", application/problem+json");
    try (InputStream in = send(connection, question).body) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * Writes the body of an answer, whatever it is, and returns how many bytes it had.
   *
   * @param patience how long the server may take before it begins, and pause in between
   * @throws IOException if the destination cannot be written
   */
  long download(String path, OutputStream destination, Duration patience) throws IOException {
    HttpURLConnection connection = connection("GET", path);
    connection.setReadTimeout((int) patience.toMillis());
    byte[] piece = new byte[1 << 16];
    long length = 0;
    try (InputStream body = send(connection, null).body) {
      for (int n = read(body, piece); n >= 0; n = read(body, piece)) {
        destination.write(piece, 0, n);
        length += n;
      }
    }
    long announced = connection.getContentLengthLong();
    if (announced >= 0 && announced != length) {
      throw unreachable(new IOException("the answer broke off after " + length + " bytes"));
    }
    return length;
  }

  /** Reading fails for other reasons than writing. */
  private int read(InputStream body, byte[] piece) {
    try {
      return body.read(piece);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * A stream of server-sent events; to be closed by the caller.
   *
   * @param lastEventId where to go on, if not now
   * @param silence how long it may say nothing before it counts as broken
   */
  EventStream stream(
      String path, QueryString query, @Nullable String lastEventId, Duration silence) {
    HttpURLConnection connection = connection("GET", path + query);
    connection.setReadTimeout((int) silence.toMillis());
    connection.setRequestProperty("Accept", "text/event-stream");
    if (lastEventId != null) {
      connection.setRequestProperty("Last-Event-ID", lastEventId);
    }
    return new EventStream(send(connection, null).body);
  }

  private record Exchange(HttpURLConnection connection, InputStream body) {}

  private Exchange open(
      String method, String pathAndQuery, @Nullable String contentType, byte @Nullable [] body) {
    HttpURLConnection connection = connection(method, pathAndQuery);
    if (contentType != null) {
      connection.setRequestProperty("Content-Type", contentType);
    }
    return send(connection, body);
  }

  private HttpURLConnection connection(String method, String pathAndQuery) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) new URI(base + pathAndQuery).toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setConnectTimeout((int) Math.min(timeout.toMillis(), 10_000));
      connection.setReadTimeout((int) timeout.toMillis());
      connection.setRequestProperty("Accept", "application/json, application/problem+json");
      connection.setRequestProperty("User-Agent", "changetrail");
      if (token != null) {
        connection.setRequestProperty("Authorization", "Bearer " + token);
      }
      return connection;
    } catch (IOException | URISyntaxException e) {
      throw unreachable(e);
    }
  }

  private Exchange send(HttpURLConnection connection, byte @Nullable [] body) {
    try {
      if (body != null) {
        connection.setDoOutput(true);
        try (OutputStream request = connection.getOutputStream()) {
          request.write(body);
        }
      }
      int status = connection.getResponseCode();
      if (status >= 200 && status < 300) {
        return new Exchange(connection, connection.getInputStream());
      }
      throw refused(connection, status);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private JsonNode json(Exchange exchange) {
    String type =
        Optional.ofNullable(exchange.connection.getContentType()).orElse("no content type");
    try (InputStream body = exchange.body) {
      if (!type.contains("json")) {
        throw notOurs(type, null);
      }
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw notOurs(type + " that is not complete JSON", e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private Failure refused(HttpURLConnection connection, int status) throws IOException {
    JsonNode problem = problem(connection);
    boolean temporary = status >= 500 || status == 429;
    if (problem == null || !problem.isObject()) {
      return temporary
          ? Failure.busy("the server answers with status " + status, REMEDIES.get(status), null)
          : notOurs("status " + status + " without an explanation", null);
    }
    String what = problem.path("detail").asText(problem.path("title").asText("status " + status));
    String remedy = REMEDIES.get(status);
    String retryAfter = connection.getHeaderField("Retry-After");
    if (retryAfter != null) {
      remedy = "try again in " + retryAfter + " s";
    }
    return temporary ? Failure.busy(what, remedy, problem) : Failure.refused(what, remedy, problem);
  }

  private static @Nullable JsonNode problem(HttpURLConnection connection) throws IOException {
    String type = connection.getContentType();
    try (InputStream body = connection.getErrorStream()) {
      return body == null || type == null || !type.contains("json")
          ? null
          : JSON.readTree(new String(body.readNBytes(1 << 20), StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IOException("the answer breaks off", e);
    }
  }

  private Failure notOurs(String what, @Nullable Throwable cause) {
    String message = base + " answers, but not as an audit server does: " + what;
    String remedy = "check --server or CHANGETRAIL_SERVER";
    return cause == null
        ? Failure.refused(message, remedy)
        : Failure.refused(message, remedy, cause);
  }

  Failure unreachable(Exception cause) {
    if (cause instanceof SocketTimeoutException) {
      return Failure.unreachable(
          base + " did not answer within " + timeout.toSeconds() + " s",
          "try again, or give it longer with --timeout SECONDS",
          cause);
    }
    if (cause instanceof SSLException) {
      return Failure.unreachable(
          "no secure connection to " + base + ": " + cause.getMessage(),
          "trust its certificate, as in"
              + " CHANGETRAIL_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE, or check http/https",
          cause);
    }
    String why =
        cause instanceof UnknownHostException
            ? "its name is not known"
            : cause instanceof ConnectException
                ? "nothing listens there"
                : String.valueOf(cause.getMessage());
    return Failure.unreachable(
        "cannot reach " + base + ": " + why,
        "start a server with `changetrail serve --data DIR`, or name another with --server or"
            + " CHANGETRAIL_SERVER",
        cause);
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("[::1]");
  }
}
