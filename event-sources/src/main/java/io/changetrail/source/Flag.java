// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.redaction.CredentialNames;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A feature flag as all providers have it: a key within a project, set in each environment on its
 * own. The project stands as the target service: it is all that a provider knows of whom a flag
 * reaches, and the catalogue resolves it.
 *
 * @param provider as OpenTelemetry names it in {@code feature_flag.provider.name}
 * @param project {@code null} where the provider has none
 * @param environment {@code null} for what no environment sees yet, such as a new flag
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/feature-flag/">
 *     Feature flag attributes</a>
 */
public record Flag(
    String provider, @Nullable String project, @Nullable String environment, String key) {

  /** The event of a change of this flag. */
  public AuditEvent.Builder event(EventRef ref, Instant time, Actor actor, Change change) {
    AuditEvent.Builder event =
        AuditEvent.builder(ref, time, actor, change)
            .target(
                new Target(
                    project,
                    environment,
                    null,
                    null,
                    null,
                    new Resource(Resource.FEATURE_FLAG, key, null)))
            .attribute("feature_flag.provider.name", TextNode.valueOf(provider));
    if (project != null) {
      event.attribute("feature_flag.set.id", TextNode.valueOf(project));
    }
    return event;
  }

  /** Whether its key names a credential: then people set secrets as its values. */
  public boolean holdsCredential() {
    return CredentialNames.holdCredential(key);
  }

  /** One line for people; the text says what became of the flag. */
  public String summary(String text) {
    return "flag " + key + (environment == null ? "" : " in " + environment) + ": " + text;
  }

  /**
   * What was done to a flag.
   *
   * @param before whether it was on; {@code null} if there was none
   * @param after whether it is on; {@code null} if there is none any more
   */
  public static String action(@Nullable Boolean before, @Nullable Boolean after) {
    if (after == null) {
      return "delete";
    }
    if (before == null) {
      return "create";
    }
    return before.equals(after) ? "update" : after ? "enable" : "disable";
  }
}
