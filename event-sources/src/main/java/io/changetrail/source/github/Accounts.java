// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import io.changetrail.model.Actor;
import io.changetrail.source.Payload;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** GitHub accounts as actors. */
final class Accounts {
  private Accounts() {}

  /** The first of several places that holds an account; the unknown actor if none does. */
  static Actor actor(Payload delivery, String... pointers) {
    Actor actor = find(delivery, null, pointers);
    return actor == null ? Actor.unknown() : actor;
  }

  /** The first person in several places who is not the actor already named. */
  static @Nullable Actor principal(Payload delivery, Actor actor, String... pointers) {
    return find(delivery, actor, pointers);
  }

  private static @Nullable Actor find(
      Payload delivery, @Nullable Actor besides, String... pointers) {
    for (String pointer : pointers) {
      Payload account = delivery.at(pointer);
      String login = account.cut("/login", 512);
      if (login == null || (besides != null && login.equals(besides.id()))) {
        continue;
      }
      Actor.Kind kind = kind(account);
      if (besides == null || kind == Actor.Kind.USER) {
        return new Actor(login, account.cut("/name", 512), kind, null, Actor.Evidence.DECLARED);
      }
    }
    return null;
  }

  private static Actor.Kind kind(Payload account) {
    String type = account.text("/type");
    return type != null && type.toLowerCase(Locale.ROOT).equals("bot")
        ? Actor.Kind.SERVICE
        : Actor.Kind.USER;
  }
}
