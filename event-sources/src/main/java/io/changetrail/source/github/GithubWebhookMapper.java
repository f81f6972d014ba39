// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Set;

/**
 * GitHub webhook deliveries as audit events. Stateless.
 *
 * <p>Ids come from GitHub's own keys (the object's id with its action, a run's id with its attempt)
 * and never from the delivery's GUID, so a redelivery is the same event again. Times are those of
 * the payload. The target service is {@code owner/name} of the repository; the catalogue resolves
 * it when it is read.
 *
 * @see <a href="https://docs.github.com/webhooks/webhook-events-and-payloads">Webhook events and
 *     payloads</a>
 */
public final class GithubWebhookMapper {
  private static final Set<String> KNOWN =
      Set.of(
          "ping",
          "pull_request",
          "push",
          "workflow_run",
          "package",
          "registry_package",
          "deployment",
          "deployment_status");

  /** Whether this mapper knows events of that name, even if most of them change nothing. */
  public static boolean knows(String event) {
    return KNOWN.contains(event);
  }

  /**
   * The events that a delivery tells of; none where it tells of no change.
   *
   * @param event the {@code X-GitHub-Event} header
   * @throws io.changetrail.model.InvalidEventException if the payload is not of that event
   */
  public List<AuditEvent> map(String event, JsonNode payload) {
    Payload delivery = Payload.of(payload);
    return switch (event) {
      case "pull_request" -> Commits.merged(delivery);
      case "push" -> Commits.pushed(delivery);
      case "workflow_run" -> WorkflowRuns.map(delivery);
      case "package" -> Packages.published(delivery, delivery.at("/package"));
      case "registry_package" -> Packages.published(delivery, delivery.at("/registry_package"));
      case "deployment" -> Deployments.requested(delivery);
      case "deployment_status" -> Deployments.moved(delivery);
      default -> List.of();
    };
  }
}
