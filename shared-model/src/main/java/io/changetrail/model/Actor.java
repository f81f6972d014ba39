// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who did it, and how we know.
 *
 * @param id the account's id in the system that saw it; personal data
 * @param name display name; personal data
 * @param via the tool or field manager through which the actor acted, for example {@code kubectl}
 * @param evidence how the identity is known; never better than what the source can show
 */
public record Actor(
    String id, @Nullable String name, Kind kind, @Nullable String via, Evidence evidence) {

  private static final Actor UNKNOWN =
      new Actor("unknown", null, Kind.SYSTEM, null, Evidence.UNKNOWN);

  public Actor {
    Require.text("actor.id", id, 512);
    Require.optionalText("actor.name", name, 512);
    Require.present("actor.kind", kind);
    Require.optionalText("actor.via", via, 512);
    Require.present("actor.evidence", evidence);
  }

  /** The honest answer where nothing shows who it was. */
  public static Actor unknown() {
    return UNKNOWN;
  }

  /** A person, known as well as the given evidence says. */
  public static Actor user(String id, Evidence evidence) {
    return new Actor(id, null, Kind.USER, null, evidence);
  }

  /** What kind of account acted. */
  public enum Kind {
    USER,
    SERVICE,
    SYSTEM;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the identity is known, from strongest to weakest. */
  public enum Evidence {
    /** The server that received the event authenticated this very actor. */
    AUTHENTICATED,
    /** The platform's own audit log names the actor of this very request. */
    AUDIT_LOG,
    /**
     * The platform asked for this actor's leave to bring about just this state; that nobody else
     * brought it about is likely, not shown.
     */
    ADMISSION,
    /** The source's signed or authenticated payload names the actor. */
    DECLARED,
    /**
     * The platform's audit log names one actor who wrote that object in that way about then; that
     * it was this very write is likely, not shown.
     */
    AUDIT_LOG_TIME,
    /** Only the tool that owns the changed fields is known. */
    FIELD_MANAGER,
    /** Nothing shows who it was. */
    UNKNOWN;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
