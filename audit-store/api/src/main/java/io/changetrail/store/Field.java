// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.util.Locale;
import java.util.Optional;

/** What events can be filtered and counted by. The first six are of a target, not of the event. */
public enum Field {
  SERVICE,
  ENVIRONMENT,
  REGION,
  CLUSTER,
  NAMESPACE,
  /** {@code kind/name} of the changed resource, for example {@code feature_flag/new-checkout}. */
  RESOURCE,
  KIND,
  PHASE,
  ACTION,
  OUTCOME,
  /** Id of the actor or of the one on whose behalf it acted. */
  ACTOR,
  SOURCE,
  REPOSITORY,
  /** Commit; a query may give a prefix of at least seven characters. */
  REVISION,
  REF,
  PULL_REQUEST,
  PIPELINE,
  /** Run id of a build. */
  BUILD,
  /** Digest of an artifact. */
  DIGEST,
  /** Version of an artifact. */
  VERSION,
  TICKET,
  /** The source's own id of the whole change. */
  CHANGE,
  /** Trace id. */
  TRACE,
  /** Event that it amends, was caused by or rolls back, as {@code source id}. */
  REFERS_TO;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** Whether it is a property of each target rather than of the event. */
  public boolean isOfTarget() {
    return compareTo(RESOURCE) <= 0;
  }

  /** As in query parameters and facets, for example {@code pull_request}. */
  public String wireName() {
    return wireName;
  }

  /** The field of that {@link #wireName()}. */
  public static Optional<Field> named(String wireName) {
    for (Field field : values()) {
      if (field.wireName().equals(wireName)) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }
}
