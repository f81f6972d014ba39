// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.operation.HttpEndpoints.Answer;
import io.changetrail.watcher.operation.HttpEndpoints.Question;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A validating webhook that allows everything: it is there to be told who is about to write what.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response">
 *     What it answers</a>
 */
public final class AdmissionReceiver implements HttpEndpoints.Endpoint {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String path;
  private final Predicate<JsonNode> taker;
  private final @Nullable Leader leader;

  /**
   * @param path where it is called
   * @param taker takes one review; false if this process does not emit
   * @param leader takes it then
   */
  public AdmissionReceiver(String path, Predicate<JsonNode> taker, @Nullable Leader leader) {
    this.path = path;
    this.taker = taker;
    this.leader = leader;
  }

  @Override
  public Answer handle(Question question) throws IOException {
    byte[] body = question.body().read();
    JsonNode review;
    try {
      review = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return Answer.of(400, "not JSON; send an AdmissionReview\n");
    }
    if (!review.path("kind").asText().equals("AdmissionReview")
        || !review.at("/request/uid").isTextual()) {
      return Answer.of(400, "no AdmissionReview with a request\n");
    }
    if (!taker.test(review) && leader != null && !question.handedOver()) {
      // What it does not take is lost: the API server asks once, and must not wait.
      leader.take(path, question.authorization(), body);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("apiVersion", review.path("apiVersion"));
    answer.put("kind", "AdmissionReview");
    answer.putObject("response").put("allowed", true).set("uid", review.at("/request/uid"));
    return new Answer(200, "application/json", JSON.writeValueAsBytes(answer));
  }
}
