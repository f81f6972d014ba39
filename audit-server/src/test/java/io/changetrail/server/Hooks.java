// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.source.Signature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

/** A server with a webhook of each provider, and deliveries to it as the providers sign them. */
final class Hooks {
  static final String SECRET = "a-secret-of-the-webhook-tests";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Hooks() {}

  /** Settings for hooks of these providers, each named {@code <provider>-acme}. */
  static String[] settings(Path directory, String... providers) throws IOException {
    Path secret = Files.writeString(directory.resolve("webhook-secret"), SECRET + "\n");
    String[] settings = new String[providers.length * 4];
    for (int i = 0; i < providers.length; i++) {
      String prefix = "webhooks." + providers[i] + "-acme.";
      settings[4 * i] = prefix + "provider";
      settings[4 * i + 1] = providers[i];
      settings[4 * i + 2] = prefix + "secret";
      settings[4 * i + 3] = "file:" + secret;
    }
    return settings;
  }

  /** A payload that the mappers are tested on. */
  static JsonNode payload(String file) {
    try (InputStream in = Hooks.class.getResourceAsStream("/payloads/" + file)) {
      return JSON.readTree(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Answer github(RunningServer server, String event, JsonNode payload) throws Exception {
    return github(server, event, payload, "72d3162e-cc78-11e3-81ab-4c9367dc0958");
  }

  static Answer github(RunningServer server, String event, JsonNode payload, String guid)
      throws Exception {
    return github(server, event, payload, guid, 1);
  }

  /** A delivery under GitHub's id of the event, by one of several hooks. */
  static Answer github(RunningServer server, String event, JsonNode payload, String guid, int hook)
      throws Exception {
    byte[] body = bytes(payload);
    return server.send(
        server
            .request("/v1/webhooks/github")
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", event)
            .header("X-GitHub-Delivery", guid)
            .header("X-GitHub-Hook-ID", Integer.toString(hook))
            .header("X-Hub-Signature-256", "sha256=" + hex(body))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  /** As GitHub makes them: a UUID of version 1 with the moment in it. */
  static String guid(Instant sent, int node) {
    Duration since = Duration.between(Instant.parse("1582-10-15T00:00:00Z"), sent);
    long steps = since.toSeconds() * 10_000_000 + since.toNanosPart() / 100;
    long most = (steps << 32) | (steps >>> 16 & 0xffff0000L) | 0x1000 | (steps >>> 48 & 0xfff);
    return new UUID(most, 0x8000_0000_0000_0000L | node).toString();
  }

  static Answer launchdarkly(RunningServer server, JsonNode payload) throws Exception {
    byte[] body = bytes(payload);
    return signed(server, "launchdarkly", "X-LD-Signature", hex(body), body);
  }

  static Answer unleash(RunningServer server, JsonNode payload) throws Exception {
    return signed(server, "unleash", "Authorization", SECRET, bytes(payload));
  }

  /** Flagsmith sends and signs a body whose keys are sorted, as its fixtures are. */
  static Answer flagsmith(RunningServer server, JsonNode payload) throws Exception {
    byte[] body = bytes(payload);
    return signed(server, "flagsmith", "X-Flagsmith-Signature", hex(body), body);
  }

  /** As the Standard Webhooks specification signs, at this moment. */
  static Answer openfeature(RunningServer server, JsonNode payload, Instant sent) throws Exception {
    byte[] body = bytes(payload);
    String id = "msg_" + payload.path("id").asText();
    String signed =
        id + "." + sent.getEpochSecond() + "." + new String(body, StandardCharsets.UTF_8);
    String signature =
        Base64.getEncoder()
            .encodeToString(
                Signature.hmacSha256(
                    SECRET.getBytes(StandardCharsets.UTF_8),
                    signed.getBytes(StandardCharsets.UTF_8)));
    return server.send(
        server
            .request("/v1/webhooks/openfeature")
            .header("Content-Type", "application/cloudevents+json")
            .header("webhook-id", id)
            .header("webhook-timestamp", Long.toString(sent.getEpochSecond()))
            .header("webhook-signature", "v1," + signature)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  static Answer signed(
      RunningServer server, String provider, String header, String signature, byte[] body)
      throws Exception {
    return server.send(
        server
            .request("/v1/webhooks/" + provider)
            .header("Content-Type", "application/json")
            .header(header, signature)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  static byte[] bytes(JsonNode payload) {
    return payload.toString().getBytes(StandardCharsets.UTF_8);
  }

  static String hex(byte[] body) {
    return HexFormat.of()
        .formatHex(Signature.hmacSha256(SECRET.getBytes(StandardCharsets.UTF_8), body));
  }
}
