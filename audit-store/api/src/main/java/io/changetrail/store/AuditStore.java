// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.EventRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps audit events: each durable on return, in one order, never altered. Safe for use by several
 * threads.
 *
 * <p>All reads take a {@link Scope}; each answer equals that of a store which holds only the
 * visible events, {@linkplain Reduction reduced}.
 */
public interface AuditStore extends AutoCloseable {

  /** How many events one page may ask for. */
  int MAX_PAGE = 1000;

  /**
   * Appends events, each atomically and on its own; all that were accepted are durable on return.
   * Safe to retry: what was stored already comes back as a duplicate.
   *
   * @return one result per event, in the order given
   * @throws StoreFullException if there is no space; then nothing was stored
   */
  List<AppendResult> append(List<NewEvent> events);

  /** The event of that id, if visible. */
  Optional<StoredEvent> get(Scope scope, String eventId, View view);

  /** The event of that source and id, if visible; of conflicting ones the first. */
  Optional<StoredEvent> find(Scope scope, EventRef ref, View view);

  /**
   * Events in order of (time, seq). Paging with the position given back sees every event that was
   * stored before the first page exactly once, also while others are appended.
   *
   * @param after start behind this position; {@code null} starts at the beginning
   * @param limit 1 to {@link #MAX_PAGE}
   */
  Page search(
      Scope scope, Query query, View view, Order order, @Nullable Position after, int limit);

  /** Raw events with a seq above the given one, in order of seq: for streams. */
  List<StoredEvent> readFrom(Scope scope, long afterSeq, int limit);

  /** Counts over time of what {@link #search} would give in the folded view. */
  Histogram histogram(Scope scope, Query query, Duration width);

  /** Counts by value of what {@link #search} would give in the folded view. */
  List<Facet> facets(Scope scope, Query query, Set<Field> fields, int valuesPerField);

  /**
   * Records the state of a resource at first sight. No event, no timeline entry.
   *
   * @return false if the resource has a state already; then nothing changes
   */
  boolean putBaseline(String tenant, ResourceState baseline);

  /** The state of a resource at an instant; a deleted one has a state of {@code null}. */
  Optional<ResourceState> state(Scope scope, ResourceKey key, Instant at);

  /**
   * The states at an instant of all resources of the given services (all services if empty; names
   * and workloads as in a {@link Query}) in the given environments (all if empty), without the
   * deleted ones, in order of target and key.
   */
  List<ResourceState> states(
      Scope scope, Set<String> services, Set<String> environments, Instant at);

  /**
   * The newest states that a source's resources have, without the deleted ones, in order of key:
   * for the source itself, which compares them with what it sees. Not within a scope, as a source
   * may read what it wrote.
   *
   * @param after only keys behind this one; the empty string begins with the first
   * @param limit 1 to {@link #MAX_PAGE}
   */
  List<ResourceState> resources(String tenant, String source, String after, int limit);

  /**
   * What is known of each source that has a visible event, in order of name; to whom sees the whole
   * tenant also of one that has only {@linkplain #declare declared} something.
   *
   * @see SourceLedger
   */
  List<SourceStatus> sources(Scope scope);

  /**
   * Notes what sources say of their own sequences; durable on return, safe to retry. No event, no
   * timeline entry.
   *
   * @param received by the server's clock
   */
  void declare(String tenant, List<SourceDeclaration> declarations, Instant received);

  /** Keeps the events of a query from expiry until released. */
  void hold(String tenant, String holdId, Query query);

  /** Ends a hold. Unknown ids are ignored. */
  void release(String tenant, String holdId);

  /**
   * Deletes old events, except held ones and the newest state of each resource that is not deleted.
   * Amendments stay and go with the event that they amend, however young they are; of amendments
   * that amend each other all go with the one stored first. Leaves stay, and an event that comes
   * again is a duplicate and does not come back.
   *
   * @return how many events went, amendments included; with {@code dryRun} exactly how many would
   */
  long expire(String tenant, Expiry expiry);

  /**
   * Removes the personal data of one account from all events of a tenant, as {@link
   * io.changetrail.model.content.Erasure} defines: its id and names, what it wrote, and texts that
   * name it. What is of others stays. Proofs over the leaves stay valid, and an event that comes
   * again is a duplicate and brings nothing back.
   *
   * <p>Only the personal part of an event can be erased: summary, attributes, targets and states
   * are under the leaf's hash. Somebody with several accounts is erased by a call for each.
   *
   * @return how many events were touched; 0 when called again
   */
  long erasePersonal(String tenant, String actorId);

  /** The Merkle leaf of each event from a seq on, in order of seq. */
  List<Leaf> leaves(long fromSeq, int limit);

  /**
   * Writes a consistent copy of the whole store into a new file while appends go on.
   *
   * @throws IOException if the file exists or cannot be written
   */
  void backup(Path file) throws IOException;

  Health health();

  @Override
  void close();

  /** Direction of a search. */
  enum Order {
    OLDEST_FIRST,
    NEWEST_FIRST
  }

  /**
   * The Merkle leaf of the event with this seq.
   *
   * @param hash RFC 6962 leaf hash, 64 hex digits
   */
  record Leaf(long seq, String hash) {}
}
