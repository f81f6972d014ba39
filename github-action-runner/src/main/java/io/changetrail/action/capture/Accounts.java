// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.capture;

import io.changetrail.action.workflow.WorkflowJob;
import io.changetrail.model.Actor;
import org.jspecify.annotations.Nullable;

/** GitHub accounts as actors. */
final class Accounts {
  private Accounts() {}

  /** Who began this attempt. */
  static Actor actor(WorkflowJob job) {
    return account(job.triggeringActor());
  }

  /** Whose intent it is, if not that of the actor: the first person of those named. */
  static @Nullable Actor principal(WorkflowJob job, @Nullable String... logins) {
    Actor actor = actor(job);
    for (String login : logins) {
      if (login != null && !login.equals(actor.id())) {
        Actor other = account(login);
        if (other.kind() == Actor.Kind.USER) {
          return other;
        }
      }
    }
    return null;
  }

  private static Actor account(String login) {
    Actor.Kind kind = login.endsWith("[bot]") ? Actor.Kind.SERVICE : Actor.Kind.USER;
    return new Actor(
        login.substring(0, Math.min(512, login.length())),
        null,
        kind,
        null,
        Actor.Evidence.DECLARED);
  }
}
