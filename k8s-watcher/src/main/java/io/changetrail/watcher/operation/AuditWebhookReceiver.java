// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.source.kubernetes.AuditExport;
import io.changetrail.watcher.operation.HttpEndpoints.Answer;
import io.changetrail.watcher.operation.HttpEndpoints.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the API server's audit webhook sends: lists of records, with a token of its own. Takes
 * what managed clusters export of them as well.
 *
 * @see AuditExport
 * @see <a
 *     href="https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#webhook-backend">Webhook
 *     backend</a>
 */
public final class AuditWebhookReceiver implements HttpEndpoints.Endpoint {
  /** Where it is called. */
  public static final String PATH = "/audit";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path tokenFile;
  private final Predicate<List<JsonNode>> taker;
  private final @Nullable Leader leader;

  /**
   * @param taker takes one list; false if this process does not emit, and so another must have it
   * @param leader takes it then
   */
  public AuditWebhookReceiver(
      Path tokenFile, Predicate<List<JsonNode>> taker, @Nullable Leader leader) {
    this.tokenFile = tokenFile;
    this.taker = taker;
    this.leader = leader;
  }

  @Override
  public Answer handle(Question question) throws IOException {
    byte[] wanted =
        ("Bearer " + Files.readString(tokenFile).strip()).getBytes(StandardCharsets.UTF_8);
    byte[] given = question.authorization().getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(wanted, given)) {
      return Answer.of(401, "show the token of auditWebhook.tokenFile as bearer token\n");
    }
    byte[] body = question.body().read();
    JsonNode list;
    try {
      list = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return Answer.of(400, "not JSON; send audit records\n");
    }
    List<JsonNode> entries;
    try {
      entries = AuditExport.entries(list);
    } catch (IllegalArgumentException e) {
      return Answer.of(400, "the body " + e.getMessage() + "\n");
    }
    return taker.test(entries)
            || (leader != null
                && !question.handedOver()
                && leader.take(PATH, question.authorization(), body))
        ? Answer.of(200, "")
        : Answer.of(503, "another replica emits; send it again\n");
  }
}
