// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * GitHub webhook deliveries as audit events. Stateless.
 *
 * <p>Ids come from GitHub's own keys (the object's id with its action, a run's id with its attempt)
 * and not from the delivery's GUID, so two hooks deliver the same event; but for the few payloads
 * that {@linkplain #isDatedByDelivery have no key}. A redelivery is the same event again. Times are
 * those of the payload. The target service is {@code owner/name} of the repository; the catalogue
 * resolves it when it is read.
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
          "deployment_status",
          "deployment_protection_rule",
          "deployment_review",
          "check_run",
          "workflow_job",
          "release",
          "create",
          "delete",
          "repository_dispatch",
          "branch_protection_rule",
          "repository_ruleset",
          "repository",
          "member",
          "organization",
          "team",
          "deploy_key");

  private static final Set<String> ENDS = Set.of("deleted", "unpublished");

  /** Their payloads have no moment, and most of them no id. */
  private static final Set<String> DATED_BY_DELIVERY =
      Set.of(
          "repository_dispatch",
          "member",
          "organization",
          "team",
          "deploy_key",
          "deployment_review");

  /** Of what is no more, their payloads have the last update and not the end. */
  private static final Set<String> ENDED_BY_DELIVERY =
      Set.of("branch_protection_rule", "repository_ruleset", "repository", "release");

  /**
   * Whether a payload is dated by its delivery, so that of one occurrence two deliveries may give
   * two moments.
   */
  public static boolean isDatedByDelivery(String event, JsonNode payload) {
    return DATED_BY_DELIVERY.contains(event)
        || (ENDED_BY_DELIVERY.contains(event) && ENDS.contains(payload.path("action").asText()));
  }

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
    return map(event, payload, null);
  }

  /**
   * The same.
   *
   * @param guid the {@code X-GitHub-Delivery} header, which dates the payloads that have no moment
   *     in them; {@code null} if it is not known
   */
  public List<AuditEvent> map(String event, JsonNode payload, @Nullable String guid) {
    Payload delivery = Payload.of(payload);
    DeliveryId id = new DeliveryId(guid);
    return switch (event) {
      case "pull_request" -> Commits.merged(delivery);
      case "push" -> Commits.pushed(delivery);
      case "workflow_run" -> WorkflowRuns.map(delivery);
      case "package" -> Packages.published(delivery, delivery.at("/package"));
      case "registry_package" -> Packages.published(delivery, delivery.at("/registry_package"));
      case "deployment" -> Deployments.requested(delivery);
      case "deployment_status" -> Deployments.moved(delivery);
      case "deployment_protection_rule" -> Deployments.awaited(delivery);
      case "deployment_review" -> Deployments.reviewed(delivery, id);
      case "check_run" -> Deployments.checked(delivery);
      case "workflow_job" -> WorkflowRuns.job(delivery);
      case "release" -> Releases.map(delivery, id);
      case "create" -> Releases.tag(delivery, "create");
      case "delete" -> Releases.tag(delivery, "delete");
      case "repository_dispatch" -> Dispatches.repository(delivery, id);
      case "branch_protection_rule" -> Administration.branchProtection(delivery, id);
      case "repository_ruleset" -> Administration.ruleset(delivery, id);
      case "repository" -> Administration.repository(delivery, id);
      case "member" -> Administration.member(delivery, delivery.at("/member"), id);
      case "organization" -> Administration.member(delivery, delivery.at("/membership/user"), id);
      case "team" -> Administration.team(delivery, id);
      case "deploy_key" -> Administration.deployKey(delivery, id);
      default -> List.of();
    };
  }
}
