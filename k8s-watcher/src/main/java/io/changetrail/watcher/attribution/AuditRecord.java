// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request that changed an object, as the API server's audit log has it.
 *
 * @param version names the very write: uid and resource version; {@code null} where the level of
 *     the record does not tell
 * @param place group, resource, namespace and name
 * @see <a href="https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/">
 *     audit.k8s.io/v1</a>
 */
public record AuditRecord(
    @Nullable String version,
    String place,
    boolean delete,
    Instant time,
    Actor actor,
    @Nullable Actor onBehalfOf) {
  /** What people are called who use the cluster's own certificate, as with k3s and OpenShift. */
  private static final String ADMIN = "system:admin";

  private static final Set<String> WRITES =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  /** The write that an entry tells of; empty if it failed, was a dry run, or wrote nothing. */
  static Optional<AuditRecord> of(JsonNode entry) {
    JsonNode object = entry.path("objectRef");
    String verb = entry.path("verb").asText();
    int code = entry.at("/responseStatus/code").asInt();
    String subresource = object.path("subresource").asText("");
    if (!entry.path("stage").asText().equals("ResponseComplete")
        || !WRITES.contains(verb)
        || code < 200
        || code > 299
        || subresource.equals("status")
        || isDryRun(entry)) {
      return Optional.empty();
    }
    boolean delete = verb.startsWith("delete");
    JsonNode written = entry.at("/responseObject/metadata");
    String uid = written.path("uid").asText(entry.at("/responseObject/details/uid").asText(""));
    String name = object.path("name").asText(written.path("name").asText(""));
    return Optional.of(
        new AuditRecord(
            uid.isEmpty() || !subresource.isEmpty()
                ? null
                : version(uid, written.path("resourceVersion").asText(""), delete),
            place(
                object.path("apiGroup").asText(""),
                object.path("resource").asText(),
                object.path("namespace").asText(""),
                name),
            delete,
            OffsetDateTime.parse(entry.path("requestReceivedTimestamp").asText()).toInstant(),
            actor(entry, "/user/username", Actor.Evidence.AUDIT_LOG),
            entry.has("impersonatedUser")
                ? actor(entry, "/impersonatedUser/username", Actor.Evidence.AUDIT_LOG)
                : null));
  }

  /**
   * Whether a request was to change nothing. Deletions and evictions say so in their body, which is
   * there from the level {@code Request} on.
   */
  public static boolean isDryRun(JsonNode entry) {
    JsonNode body = entry.path("requestObject");
    return entry.path("requestURI").asText().contains("dryRun=")
        || !body.path("dryRun").isEmpty()
        || !body.at("/deleteOptions/dryRun").isEmpty();
  }

  static String version(String uid, String resourceVersion, boolean delete) {
    return uid + "/" + (delete ? "deleted" : resourceVersion);
  }

  static String place(String group, String resource, String namespace, String name) {
    return String.join("/", group, resource, namespace, name);
  }

  /** The account at a place of an entry. */
  public static Actor actor(JsonNode entry, String pointer, Actor.Evidence evidence) {
    String user = entry.at(pointer).asText("unknown");
    String agent = entry.path("userAgent").asText("").split(" ", 2)[0];
    Actor.Kind kind =
        user.startsWith("system:serviceaccount:")
            ? Actor.Kind.SERVICE
            : user.startsWith("system:") && !user.equals(ADMIN)
                ? Actor.Kind.SYSTEM
                : Actor.Kind.USER;
    return new Actor(
        user,
        person(entry.at(pointer.replace("/username", "/extra"))),
        kind,
        agent.isBlank() || agent.length() > 512 ? null : agent,
        evidence);
  }

  /** Where many share an account of the cluster, EKS tells who took it. */
  private static @Nullable String person(JsonNode extra) {
    String session = extra.at("/sessionName/0").asText(extra.at("/arn/0").asText(""));
    return session.isBlank() || session.length() > 512 ? null : session;
  }

  /** Whether the same account made both requests, for the same person. */
  boolean isBySame(AuditRecord other) {
    return actor.id().equals(other.actor.id())
        && Objects.equals(
            onBehalfOf == null ? null : onBehalfOf.id(),
            other.onBehalfOf == null ? null : other.onBehalfOf.id());
  }

  /** The same, where it is only the time that joins it to a change. */
  Attribution byTime() {
    return new Attribution(weaker(actor), onBehalfOf == null ? null : weaker(onBehalfOf), time);
  }

  Attribution exact() {
    return new Attribution(actor, onBehalfOf, time);
  }

  private static Actor weaker(Actor one) {
    return new Actor(one.id(), one.name(), one.kind(), one.via(), Actor.Evidence.AUDIT_LOG_TIME);
  }
}
