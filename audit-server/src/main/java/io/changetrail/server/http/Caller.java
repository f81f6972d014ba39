// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import io.changetrail.store.Scope;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, and what that one may do.
 *
 * @param name of the credential; safe to log
 * @param tenant that the credential belongs to; a payload never says it
 * @param sources which CloudEvents sources it may send for; {@code null} if it may not send
 * @param scope what it may read; {@code null} if it may not read
 * @param catalogue whether it may say which names mean the same
 * @param vetting of what it sends
 */
public record Caller(
    String name,
    String tenant,
    @Nullable Predicate<String> sources,
    @Nullable Scope scope,
    boolean catalogue,
    boolean admin,
    Vetting vetting) {

  private static final Caller ANONYMOUS = new Caller("anonymous", "", null, null, false);

  /** Somebody who is believed in what its events say. */
  public Caller(
      String name,
      String tenant,
      @Nullable Predicate<String> sources,
      @Nullable Scope scope,
      boolean admin) {
    this(name, tenant, sources, scope, admin, admin, Vetting.NONE);
  }

  /** Somebody without a credential. */
  public static Caller anonymous() {
    return ANONYMOUS;
  }

  /** Somebody who may do everything within one tenant. */
  public static Caller unlimited(String name, String tenant) {
    return new Caller(name, tenant, source -> true, Scope.of(tenant), true);
  }

  boolean may(Access access) {
    return switch (access) {
      case PUBLIC, SIGNED -> true;
      case INGEST -> sources != null;
      case READ -> scope != null;
      case CATALOGUE -> catalogue;
      case ADMIN -> admin;
    };
  }

  /** The rights that this caller has, for a message that says what is missing. */
  public Set<Access> rights() {
    Set<Access> rights = java.util.EnumSet.noneOf(Access.class);
    for (Access access : Access.values()) {
      if (access != Access.PUBLIC && access != Access.SIGNED && may(access)) {
        rights.add(access);
      }
    }
    return rights;
  }

  /** Whether it may send events of that source. */
  public boolean maySendFor(String source) {
    return sources != null && sources.test(source);
  }
}
