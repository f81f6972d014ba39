// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.source.Signature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What GitHub's webhook tells of many deployments: of each the push, the run, its start and its
 * end. The payloads are those that the mappers are tested on, with ids and moments of their own.
 */
final class GithubDeliveries {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KINDS = 4;

  private final ObjectNode push;
  private final ObjectNode run;
  private final ObjectNode started;
  private final ObjectNode finished;
  private final byte[] secret;
  private final Instant end;

  /** A delivery as it goes over the wire. */
  record Signed(String event, String signature, byte[] body) {}

  /**
   * Deliveries that the holder of a secret signed.
   *
   * @param payloads directory of them
   * @param end none happened later
   */
  GithubDeliveries(Path payloads, String secret, Instant end) throws IOException {
    push = read(payloads, "push.main");
    run = read(payloads, "workflow_run.completed");
    started = read(payloads, "deployment_status.in_progress");
    finished = read(payloads, "deployment_status.success");
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
    this.end = end;
  }

  private static ObjectNode read(Path payloads, String name) throws IOException {
    return (ObjectNode) JSON.readTree(payloads.resolve(name + ".json").toFile());
  }

  /** So many, from a number on; the same at each call. */
  List<Signed> of(int first, int count) {
    List<Signed> all = new ArrayList<>(count);
    for (int i = first; i < first + count; i++) {
      all.add(of(i));
    }
    return all;
  }

  private Signed of(int number) {
    int deployment = number / KINDS;
    String revision = "%040x".formatted(deployment + 1);
    Instant time = end.minusSeconds(86_400L - deployment % 86_400);
    return switch (number % KINDS) {
      case 0 -> {
        ObjectNode payload = push.deepCopy().put("after", revision);
        payload.put("before", "%040x".formatted(deployment));
        ((ObjectNode) payload.at("/commits/0")).put("id", revision);
        ((ObjectNode) payload.path("repository")).put("pushed_at", time.getEpochSecond());
        yield signed("push", payload);
      }
      case 1 -> {
        ObjectNode payload = run.deepCopy();
        ((ObjectNode) payload.path("workflow_run"))
            .put("id", number)
            .put("head_sha", revision)
            .put("updated_at", time.toString());
        yield signed("workflow_run", payload);
      }
      case 2 -> status(started, deployment, number, revision, time);
      default -> status(finished, deployment, number, revision, time.plusSeconds(60));
    };
  }

  private Signed status(ObjectNode of, int deployment, int number, String revision, Instant time) {
    ObjectNode payload = of.deepCopy();
    ((ObjectNode) payload.path("deployment")).put("id", deployment).put("sha", revision);
    ((ObjectNode) payload.path("deployment_status"))
        .put("id", number)
        .put("created_at", time.toString());
    return signed("deployment_status", payload);
  }

  private Signed signed(String event, ObjectNode payload) {
    byte[] body = payload.toString().getBytes(StandardCharsets.UTF_8);
    String hmac = HexFormat.of().formatHex(Signature.hmacSha256(secret, body));
    return new Signed(event, "sha256=" + hmac, body);
  }
}
