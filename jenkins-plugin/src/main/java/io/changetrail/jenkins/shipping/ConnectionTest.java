// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Asks an audit server whether it would take events, without sending any. */
public final class ConnectionTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final MediaType BATCH = MediaType.get("application/cloudevents-batch+json");
  private static final long MOST_OF_AN_ANSWER = 64 << 10;

  /**
   * A server of plain HTTP takes a handshake for the beginning of a request, and waits for more.
   */
  private static final Duration HANDSHAKE = Duration.ofSeconds(3);

  private ConnectionTest() {}

  /**
   * What came of it, for the administrator.
   *
   * @param message what is wrong and what to do, or that all is well
   */
  public record Result(boolean ok, String message) {}

  /** Sends an empty batch. */
  public static Result of(URI server, @Nullable String token) {
    HttpUrl base = HttpUrl.parse(server.toString());
    if (base == null) {
      return new Result(false, "This is not an http or https URL.");
    }
    if (base.isHttps() && isPlain(base)) {
      return new Result(
          false,
          "The server does not speak TLS at port "
              + base.port()
              + ", but plain HTTP. Enter http:// in place of https://, or the port that has TLS.");
    }
    OkHttpClient http =
        new OkHttpClient.Builder()
            .callTimeout(Duration.ofSeconds(10))
            .followRedirects(false)
            .build();
    try {
      Request.Builder request =
          new Request.Builder()
              .url(base.newBuilder().addPathSegments("v1/events").build())
              .header("Accept", "application/json, application/problem+json")
              .post(RequestBody.create(new byte[] {'[', ']'}, BATCH));
      if (token != null) {
        request.header("Authorization", "Bearer " + token);
      }
      try (Response response = http.newCall(request.build()).execute()) {
        return meaning(response);
      }
    } catch (SSLException e) {
      return new Result(
          false,
          "TLS failed: "
              + e.getMessage()
              + ". Is the server's certificate one that this Java trusts, and issued for this host?");
    } catch (IOException e) {
      return new Result(
          false,
          "No connection: "
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
              + ". Check host, port and firewall.");
    } catch (IllegalArgumentException e) {
      return new Result(false, "The credential holds characters that no token has.");
    } finally {
      http.connectionPool().evictAll();
      http.dispatcher().executorService().shutdown();
    }
  }

  /**
   * Whether a port that is to have TLS has plain HTTP in its place. It is asked without the
   * credential, which is not for a wire that anybody may read.
   */
  private static boolean isPlain(HttpUrl base) {
    try (Socket socket = connected(base)) {
      if (speaksTls(base, socket)) {
        return false;
      }
    } catch (IOException e) {
      return false; // the question itself finds out why
    }
    try (Socket socket = connected(base)) {
      String host = base.host().contains(":") ? "[" + base.host() + "]" : base.host();
      String question = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      String answer = new String(line, StandardCharsets.US_ASCII);
      // A port of TLS may answer 400 to what is not TLS.
      return answer.matches("HTTP/1\\.[01] [0-9]{3}") && !answer.endsWith(" 400");
    } catch (IOException e) {
      return false;
    }
  }

  private static Socket connected(HttpUrl base) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setSoTimeout((int) HANDSHAKE.toMillis());
      socket.connect(new InetSocketAddress(base.host(), base.port()), (int) HANDSHAKE.toMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static boolean speaksTls(HttpUrl base, Socket socket) {
    SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (SSLSocket speaking =
        (SSLSocket) tls.createSocket(socket, base.host(), base.port(), true)) {
      speaking.startHandshake();
      return true;
    } catch (SSLHandshakeException e) {
      return !(e.getCause() instanceof EOFException); // else it is TLS that is refused
    } catch (IOException e) {
      return false;
    }
  }

  private static Result meaning(Response response) throws IOException {
    int status = response.code();
    JsonNode answer = json(response);
    if (status == 202 && answer.path("accepted").isInt()) {
      return new Result(true, "The audit server takes events.");
    }
    String detail = answer.path("detail").asText("");
    return switch (status) {
      case 401 ->
          new Result(false, "The server does not know this credential (401)." + said(detail));
      case 403 ->
          new Result(
              false,
              "The credential may not send this controller's events (403)."
                  + said(detail)
                  + " Its scope must allow sending, and this controller's source.");
      case 301, 302, 303, 307, 308 ->
          new Result(
              false,
              "Something redirects ("
                  + status
                  + "); enter the address that the audit server itself answers at.");
      default ->
          new Result(
              false,
              "Status "
                  + status
                  + (detail.isEmpty()
                      ? ": this is not the answer of an audit server; check the URL."
                      : "." + said(detail)));
    };
  }

  private static String said(String detail) {
    return detail.isEmpty() ? "" : " It says: " + detail;
  }

  private static JsonNode json(Response response) throws IOException {
    byte[] body = response.peekBody(MOST_OF_AN_ANSWER).bytes();
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }
}
