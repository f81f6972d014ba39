// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a deployment brought, as far as its observations tell.
 *
 * @param versions those that stay the same thing: {@code latest} is another image every day
 */
public record Release(Set<String> digests, Set<String> revisions, Set<String> versions) {

  /** Whether two deployments brought the same. */
  enum Comparison {
    SAME,
    DIFFERENT,
    /** They have no fact in common that could be compared. */
    NOT_COMPARABLE
  }

  public Release {
    digests = Set.copyOf(digests);
    revisions = Set.copyOf(revisions);
    versions = Set.copyOf(versions);
  }

  /** What one event tells of it. */
  public static Release of(AuditEvent event) {
    return of(List.of(event));
  }

  static Release of(ObservedChange change) {
    return of(change.observations().stream().map(Observation::event).toList());
  }

  private static Release of(List<AuditEvent> events) {
    Set<String> digests = new TreeSet<>();
    Set<String> revisions = new TreeSet<>();
    Set<String> versions = new TreeSet<>();
    for (AuditEvent event : events) {
      for (Provenance.Artifact artifact : event.provenance().artifacts()) {
        if (artifact.digest() != null) {
          digests.add(artifact.digest());
        }
        String version = artifact.version();
        if (version != null && version.chars().anyMatch(Character::isDigit)) {
          versions.add(version);
        }
      }
      event.provenance().commit().map(Provenance.Vcs::revision).ifPresent(revisions::add);
    }
    return new Release(digests, revisions, versions);
  }

  /** Two releases that have none of these in common are not the same. */
  Set<String> facts() {
    Set<String> facts = new HashSet<>(digests);
    facts.addAll(revisions);
    facts.addAll(versions);
    return facts;
  }

  /** By digest or revision, whichever agrees; by version only where neither can be compared. */
  Comparison compareWith(Release other) {
    Comparison byDigest = compare(digests, other.digests);
    Comparison byRevision = compare(revisions, other.revisions);
    if (byDigest == Comparison.SAME || byRevision == Comparison.SAME) {
      return Comparison.SAME;
    }
    if (byDigest == Comparison.DIFFERENT || byRevision == Comparison.DIFFERENT) {
      return Comparison.DIFFERENT;
    }
    return compare(versions, other.versions);
  }

  /** One source may have seen fewer of the images than another: then the few must be among them. */
  private static Comparison compare(Set<String> one, Set<String> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return Comparison.NOT_COMPARABLE;
    }
    return one.containsAll(other) || other.containsAll(one)
        ? Comparison.SAME
        : Comparison.DIFFERENT;
  }
}
