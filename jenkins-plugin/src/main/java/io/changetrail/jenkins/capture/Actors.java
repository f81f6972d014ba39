// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.Actor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is behind a run. A person who asked for it comes before whatever else caused it; a run that
 * another run started is of whoever is behind that one.
 */
final class Actors {
  private static final String VIA = "jenkins";

  /** What Jenkins calls itself where it acts for nobody. */
  private static final String SYSTEM_ID = "SYSTEM";

  private static final int MOST_LEVELS = 20;

  private Actors() {}

  static Actor of(RunFacts run) {
    Actor behind = behind(run.triggers(), 0);
    if (behind != null) {
      return behind;
    }
    if (has(run.triggers(), Trigger.Kind.SCM)) {
      String author = lastAuthor(run);
      // Whoever wrote the commit says so himself.
      return author == null
          ? system("scm")
          : new Actor(author, null, Actor.Kind.USER, "scm", Actor.Evidence.DECLARED);
    }
    if (has(run.triggers(), Trigger.Kind.TIMER)) {
      return system("timer");
    }
    return has(run.triggers(), Trigger.Kind.REMOTE) ? system("remote") : Actor.unknown();
  }

  private static @Nullable Actor behind(List<Trigger> triggers, int level) {
    for (Trigger trigger : triggers) {
      String id = Text.cut(trigger.userId(), 512);
      if (id != null) {
        return account(id, trigger.userName());
      }
    }
    for (Trigger trigger : triggers) {
      Trigger.Upstream upstream = trigger.upstream();
      if (upstream != null && level < MOST_LEVELS) {
        Actor actor = behind(upstream.triggers(), level + 1);
        return actor != null
            ? actor
            : new Actor(
                Text.required("job/" + upstream.job(), 512),
                null,
                Actor.Kind.SERVICE,
                VIA,
                Actor.Evidence.DECLARED);
      }
    }
    return null;
  }

  private static boolean has(List<Trigger> triggers, Trigger.Kind kind) {
    return triggers.stream().anyMatch(trigger -> trigger.kind() == kind);
  }

  /** An account of this controller. */
  static Actor account(@Nullable String id, @Nullable String name) {
    String known = Text.cut(id, 512);
    if (known == null) {
      return Actor.unknown();
    }
    return known.equals(SYSTEM_ID)
        ? system(VIA)
        : new Actor(known, Text.cut(name, 512), Actor.Kind.USER, VIA, Actor.Evidence.DECLARED);
  }

  private static Actor system(String id) {
    return new Actor(id, null, Actor.Kind.SYSTEM, VIA, Actor.Evidence.DECLARED);
  }

  /** Who wrote what was built, where that is another than who acted. */
  static @Nullable Actor author(RunFacts run, Actor actor) {
    String author = lastAuthor(run);
    return author == null || author.equals(actor.id()) || author.equals(actor.name())
        ? null
        : new Actor(author, null, Actor.Kind.USER, "scm", Actor.Evidence.DECLARED);
  }

  static @Nullable String lastAuthor(RunFacts run) {
    for (Checkout checkout : run.checkouts()) {
      List<Commit> commits = checkout.commits();
      for (int i = commits.size() - 1; i >= 0; i--) {
        String author = Text.cut(commits.get(i).author(), 512);
        if (author != null) {
          return author;
        }
      }
    }
    return null;
  }
}
