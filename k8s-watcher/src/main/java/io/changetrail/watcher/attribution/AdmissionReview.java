// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import java.util.Optional;
import java.util.function.Function;

/**
 * One write that the API server asked leave for, before it was done.
 *
 * @param place group, resource, namespace and name
 * @param result what the write was to bring about, as {@link #result} names it
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/">
 *     Dynamic admission control</a>
 */
record AdmissionReview(String place, String result, Actor actor) {
  private static final String GONE = "gone";

  /**
   * The write of a review; empty for one that is to change nothing, and for what is no review.
   *
   * @param hash of the declared part of an object
   */
  static Optional<AdmissionReview> of(JsonNode review, Function<JsonNode, String> hash) {
    JsonNode request = review.path("request");
    JsonNode resource = request.path("resource");
    String operation = request.path("operation").asText();
    String subresource = request.path("subResource").asText("");
    boolean deletes = operation.equals("DELETE");
    JsonNode object = request.path(deletes ? "oldObject" : "object");
    boolean scales = subresource.equals("scale");
    if (request.path("dryRun").asBoolean()
        || !object.isObject()
        || !(subresource.isEmpty() || scales)
        || !(deletes || operation.equals("CREATE") || operation.equals("UPDATE"))) {
      return Optional.empty();
    }
    JsonNode metadata = object.path("metadata");
    return Optional.of(
        new AdmissionReview(
            AuditRecord.place(
                resource.path("group").asText(""),
                resource.path("resource").asText(),
                request.path("namespace").asText(metadata.path("namespace").asText("")),
                request.path("name").asText(metadata.path("name").asText())),
            deletes ? GONE : scales ? replicas(object) : hash.apply(object),
            AuditRecord.actor(request, "/userInfo/username", Actor.Evidence.ADMISSION)));
  }

  /** What a write that left an object so may have been reviewed as. */
  static boolean isResult(String result, Witness.Seen change, Function<JsonNode, String> hash) {
    if (change.deleted()) {
      return result.equals(GONE);
    }
    boolean scaled =
        !change.differences().isEmpty()
            && change.differences().stream()
                .allMatch(one -> String.join("/", one.path()).equals("spec/replicas"));
    return (scaled && result.equals(replicas(change.object())))
        || result.equals(hash.apply(change.object()));
  }

  private static String replicas(JsonNode object) {
    return "replicas " + object.at("/spec/replicas").asText("0");
  }
}
