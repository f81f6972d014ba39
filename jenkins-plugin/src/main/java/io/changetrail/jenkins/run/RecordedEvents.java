// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Run;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.History;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.jspecify.annotations.Nullable;

/**
 * What was captured of a run, kept with it: shown on its page, given to its later stages, and the
 * deployments that have begun and not ended.
 */
public final class RecordedEvents implements RunAction2 {
  /** More are captured but not shown. */
  private static final int MOST = 500;

  /** Nodes, and checkouts. */
  private static final int MOST_PLACES = 20;

  private final List<Entry> entries = new ArrayList<>();
  private final List<OpenDeployment> open = new ArrayList<>();
  private final List<SeenCheckout> checkedOut = new ArrayList<>();
  private final List<String> nodes = new ArrayList<>();
  private final @Nullable String job;
  private transient @Nullable Run<?, ?> run;

  /**
   * Nothing so far.
   *
   * @param job its full name now, from which ids are made whatever it is called later
   */
  RecordedEvents(@Nullable String job) {
    this.job = job;
  }

  /** A checkout, in the form in which Jenkins keeps it. */
  private static final class SeenCheckout implements Serializable {
    private static final long serialVersionUID = 1L;

    private final @Nullable String repository;
    private final @Nullable String revision;
    private final @Nullable String branch;
    private final @Nullable String base;

    SeenCheckout(Checkout checkout) {
      repository = checkout.repository();
      revision = checkout.revision();
      branch = checkout.branch();
      base = checkout.base();
    }

    Checkout checkout() {
      return new Checkout(repository, revision, branch, base, List.of());
    }
  }

  /** One event as the page shows it. */
  public static final class Entry implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String source;
    private final String id;
    private final String kind;
    private final String phase;
    private final String summary;
    private final long time;

    Entry(AuditEvent event) {
      source = event.ref().source();
      id = event.ref().id();
      kind = event.change().kind().name();
      phase =
          event
              .change()
              .ended()
              .map(outcome -> outcome.wireName())
              .orElse(event.change().phase().wireName());
      summary = event.change().summary();
      time = event.time().toEpochMilli();
    }

    public String getSource() {
      return source;
    }

    public String getId() {
      return id;
    }

    public String getKind() {
      return kind;
    }

    public String getPhase() {
      return phase;
    }

    public String getSummary() {
      return summary;
    }

    boolean isDeploymentThatEnded() {
      return kind.equals("deployment")
          && Stream.of(Outcome.values()).anyMatch(each -> each.wireName().equals(phase));
    }

    public long getTime() {
      return time;
    }
  }

  /** Those of a run; made if it has none. */
  static RecordedEvents of(Run<?, ?> run) {
    synchronized (run) {
      RecordedEvents known = run.getAction(RecordedEvents.class);
      if (known == null) {
        known = new RecordedEvents(run.getParent().getFullName());
        known.run = run;
        run.addAction(known);
      }
      return known;
    }
  }

  synchronized void add(AuditEvent event) {
    if (entries.size() < MOST) {
      entries.add(new Entry(event));
    }
  }

  @Nullable String job() {
    return job;
  }

  synchronized History.Recorded recorded() {
    return new History.Recorded(
        entries.stream().map(Entry::getId).collect(Collectors.toSet()),
        entries.stream()
            .map(entry -> Instant.ofEpochMilli(entry.getTime()))
            .max(Comparator.naturalOrder())
            .orElse(null),
        open());
  }

  /**
   * Whether its run is captured from its beginning to its end, or was read from history. What is
   * not listed, as there is too much or it was recorded before ids were, counts as known.
   */
  boolean isWhole(int number, Instant started) {
    return job == null || getEntries().size() >= MOST || recorded().isWhole(job, number, started);
  }

  /** Notes them; whether any is new. */
  synchronized boolean checkedOut(List<Checkout> seen) {
    int before = checkedOut.size();
    for (Checkout each : seen) {
      if (checkedOut.size() < MOST_PLACES && !checkedOut().contains(each)) {
        checkedOut.add(new SeenCheckout(each));
      }
    }
    return checkedOut.size() > before;
  }

  synchronized List<Checkout> checkedOut() {
    return checkedOut.stream().map(SeenCheckout::checkout).toList();
  }

  /** It has begun to use a node, and the controller's own has no name; whether it is new. */
  synchronized boolean runsOn(String node) {
    String name = RunFacts.node(node);
    return nodes.size() < MOST_PLACES && !nodes.contains(name) && nodes.add(name);
  }

  synchronized List<String> nodes() {
    return List.copyOf(nodes);
  }

  synchronized void opened(Deployment deployment) {
    open.add(new OpenDeployment(deployment));
  }

  /** What is declared takes the place of what was detected, which gives it its key. */
  synchronized Optional<Deployment> adopted(Deployment declared) {
    Optional<Deployment> detected = open().stream().filter(declared::isMeantBy).findFirst();
    return detected.map(
        found -> {
          Deployment whole = declared.inPlaceOf(found);
          closed(found);
          opened(whole);
          return whole;
        });
  }

  synchronized void closed(Deployment deployment) {
    open.removeIf(each -> each.key().equals(deployment.key()));
  }

  synchronized List<Deployment> open() {
    return open.stream().map(OpenDeployment::deployment).toList();
  }

  /**
   * What is written into the file of the run. Jenkins walks its lists without the lock of this
   * object, while parallel stages add to them.
   */
  synchronized Object writeReplace() {
    RecordedEvents copy = new RecordedEvents(job);
    copy.entries.addAll(entries);
    copy.open.addAll(open);
    copy.checkedOut.addAll(checkedOut);
    copy.nodes.addAll(nodes);
    return copy;
  }

  /** Jenkins makes it without its constructor, so what a file does not have is null. */
  Object readResolve() {
    RecordedEvents whole = new RecordedEvents(job);
    addAll(whole.entries, entries);
    addAll(whole.open, open);
    addAll(whole.checkedOut, checkedOut);
    addAll(whole.nodes, nodes);
    return whole;
  }

  private static <T> void addAll(List<T> all, @Nullable List<T> read) {
    if (read != null) {
      all.addAll(read);
    }
  }

  /** For the page, the newest last. */
  public synchronized List<Entry> getEntries() {
    return List.copyOf(entries);
  }

  /** All of it on the pages of the audit server; empty if that cannot be told. */
  public String getServerPage() {
    String server = ChangetrailConfiguration.get().getServerUrl();
    Run<?, ?> known = run;
    if (server == null || known == null) {
      return "";
    }
    return RunFacts.page(server, RunTrail.job(known), known.getNumber());
  }

  /** The ends of its deployments, for the page of the run itself. */
  public synchronized List<Entry> getDeployments() {
    return entries.stream().filter(Entry::isDeploymentThatEnded).toList();
  }

  public @Nullable Run<?, ?> getRun() {
    return run;
  }

  @Override
  public void onAttached(Run<?, ?> to) {
    run = to;
  }

  @Override
  public void onLoad(Run<?, ?> of) {
    run = of;
  }

  @Override
  public String getIconFileName() {
    return "symbol-changes";
  }

  @Override
  public String getDisplayName() {
    return "Changetrail";
  }

  @Override
  public String getUrlName() {
    return "changetrail";
  }
}
