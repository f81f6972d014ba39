// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.source.OciImage;
import io.changetrail.watcher.capture.Observer;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rollouts of all workloads: each begins with the event of the workload's new template, and
 * ends once, with an outcome. What ails its pods meanwhile is told as it comes, and is no end: a
 * registry answers again, a database comes up. Only the controller's verdict is one, or, where a
 * controller never gives up, that the pods did not recover for as long as a Deployment waits by
 * default. A rollout that is under way at first sight is taken up again if the audit server has the
 * event that began it; one that ended while nobody watched has no end here, and the audit server
 * shows its outcome as unknown. Thread-safe.
 */
public final class Rollouts implements Observer {
  private static final Set<String> WORKLOADS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout");

  /** Their controllers give up by themselves. */
  private static final Set<String> HAVE_DEADLINES = Set.of("Deployment", "Rollout");

  /** The default of {@code progressDeadlineSeconds}. */
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  /** So that pods which change what ails them do not fill the audit trail. */
  private static final int MOST_TROUBLES = 5;

  private static final System.Logger LOG = System.getLogger(Rollouts.class.getName());

  /** What is recorded of workloads. */
  @FunctionalInterface
  public interface LastEvents {
    /** The event that brought the recorded state of a workload, if one did. */
    Optional<AuditEvent> of(String kind, String uid) throws IOException;
  }

  private final String source;
  private final Places places;
  private final Revisions revisions;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;
  private final LastEvents lastEvents;
  private final Executor later;
  private final Map<String, Rollout> open = new HashMap<>();

  /** Workloads that were seen before. */
  private final Set<String> known = new HashSet<>();

  /** Workloads, as they were seen last, of which it is being asked what began their rollout. */
  private final Map<String, ObjectNode> asked = new HashMap<>();

  private final OwnedPods pods;

  /**
   * A rollout that has not ended.
   *
   * @param workload as it was seen last
   * @param troubles of its pods that were told
   * @param ailingSince since when its pods have not been well; {@code null} while they are
   * @param canary the step that was told last
   */
  private record Rollout(
      EventRef start,
      Instant since,
      ChangeKind kind,
      String action,
      String id,
      ObjectNode workload,
      List<String> troubles,
      @Nullable Instant ailingSince,
      @Nullable CanaryStep canary) {
    Rollout with(ObjectNode seen) {
      return new Rollout(start, since, kind, action, id, seen, troubles, ailingSince, canary);
    }

    Rollout with(List<String> told, @Nullable Instant ailing) {
      return new Rollout(start, since, kind, action, id, workload, told, ailing, canary);
    }

    Rollout with(CanaryStep step) {
      return new Rollout(start, since, kind, action, id, workload, troubles, ailingSince, step);
    }
  }

  /**
   * @param later runs what waits for the audit server
   */
  public Rollouts(
      String source,
      Places places,
      Revisions revisions,
      LastEvents lastEvents,
      Executor later,
      Consumer<AuditEvent> shipper,
      InstantSource clock) {
    this.lastEvents = lastEvents;
    this.later = later;
    this.revisions = revisions;
    this.pods = new OwnedPods(revisions);
    this.source = source;
    this.places = places;
    this.shipper = shipper;
    this.clock = clock;
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    if (!WORKLOADS.contains(type.kind())) {
      return;
    }
    String uid = object.at("/metadata/uid").asText();
    if (shipped != null && shipped.change().phase() == Phase.STARTED) {
      Rollout before = open.remove(uid);
      if (before != null) {
        // What it brought is in its own template, not in that which replaces it.
        end(
            before,
            uid,
            before.workload(),
            Outcome.ABORTED,
            "replaced by the next",
            shipped.time());
      }
      asked.remove(uid);
      begin(uid, shipped, object);
    } else if (open.containsKey(uid)) {
      open.computeIfPresent(uid, (any, rollout) -> rollout.with(object));
    } else if (asked.containsKey(uid)) {
      asked.put(uid, object);
    } else if (!known.contains(uid) && shipped == null && Verdict.isUnderWay(object)) {
      asked.put(uid, object);
      later.execute(() -> takeUp(type.kind(), uid));
    }
    known.add(uid);
    judge(uid, object);
  }

  private void begin(String uid, AuditEvent start, ObjectNode object) {
    open.put(
        uid,
        new Rollout(
            start.ref(),
            start.time(),
            start.change().kind(),
            start.change().action(),
            String.valueOf(start.change().id()),
            object,
            List.of(),
            null,
            null));
  }

  /** Finds the rollout that an earlier process began to watch. */
  private void takeUp(String kind, String uid) {
    Optional<AuditEvent> start = Optional.empty();
    try {
      start = lastEvents.of(kind, uid).filter(last -> last.change().phase() == Phase.STARTED);
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what began a rollout that is under way cannot be read, so its end will not be told: {0}",
          String.valueOf(e.getMessage()));
    }
    synchronized (this) {
      ObjectNode object = asked.remove(uid);
      if (object != null && start.isPresent()) {
        begin(uid, start.get(), object);
        judge(uid, object);
      }
    }
  }

  private void judge(String uid, ObjectNode object) {
    Rollout under = open.get(uid);
    if (under == null) {
      return;
    }
    Verdict verdict = Verdict.of(object);
    Rollout rollout = verdict.stage() == Verdict.Stage.UNSEEN ? under : stepped(uid, under, object);
    Instant at = verdict.at();
    switch (verdict.stage()) {
      case COMPLETE -> {
        // The kubelet's word on what it runs may come a moment after the controller's.
        if (!pods.isDigestAwaited(object)) {
          finish(uid, rollout, object, Outcome.SUCCESS, null, at);
        }
      }
      case STALLED -> {
        String pod =
            pods.trouble(object, rollout.since())
                .or(() -> pods.unready(object, rollout.since()))
                .orElse(null);
        finish(
            uid,
            rollout,
            object,
            Outcome.FAILURE,
            verdict.reason() + (pod == null ? "" : ", " + pod),
            at);
      }
      case UNSEEN, PROGRESSING, PAUSED -> ail(uid, rollout);
    }
  }

  /** Tells of the weight that a canary has come to. */
  private Rollout stepped(String uid, Rollout rollout, ObjectNode object) {
    CanaryStep step = CanaryStep.of(object).orElse(null);
    CanaryStep before = rollout.canary();
    if (step == null || (before == null ? step.weight() == 0 : before.weight() == step.weight())) {
      return rollout;
    }
    String text =
        "canary at "
            + Change.percent(step.weight())
            + (step.index() < step.steps()
                ? ", step " + (step.index() + 1) + " of " + step.steps()
                : ", all steps done");
    Target target = places.of(object, uid);
    progressed(
        rollout,
        "/canary/" + step.index() + "/" + step.weight(),
        target,
        Change.of(rollout.kind(), Phase.PROGRESSED, rollout.action())
            .rollout(step.weight())
            .summary(title(object, target) + ": " + text),
        object,
        clock.instant());
    Rollout told = rollout.with(step);
    open.put(uid, told);
    return told;
  }

  private void progressed(
      Rollout rollout,
      String part,
      Target target,
      Change.Builder change,
      ObjectNode workload,
      Instant now) {
    shipper.accept(
        AuditEvent.builder(
                new EventRef(source, rollout.start().id() + part),
                now,
                Actor.unknown(),
                change.id(rollout.id()).build())
            .target(target)
            .provenance(new Provenance(null, null, artifacts(workload)))
            .build());
  }

  /** Tells of trouble that is new, and gives up where the controller never does. */
  private void ail(String uid, Rollout rollout) {
    ObjectNode workload = rollout.workload();
    String trouble = pods.trouble(workload, rollout.since()).orElse(null);
    if (trouble == null) {
      open.put(uid, rollout.with(rollout.troubles(), null));
      return;
    }
    Instant now = clock.instant();
    Instant since = rollout.ailingSince() == null ? now : rollout.ailingSince();
    if (!HAVE_DEADLINES.contains(workload.path("kind").asText())
        && !now.isBefore(since.plus(DEADLINE))) {
      finish(
          uid, rollout, workload, Outcome.FAILURE, trouble + ", for " + seconds(since, now), now);
      return;
    }
    List<String> troubles = new ArrayList<>(rollout.troubles());
    if (!troubles.contains(trouble) && troubles.size() < MOST_TROUBLES) {
      troubles.add(trouble);
      progress(rollout, uid, trouble, now);
    }
    open.put(uid, rollout.with(List.copyOf(troubles), since));
  }

  private void progress(Rollout rollout, String uid, String trouble, Instant now) {
    ObjectNode workload = rollout.workload();
    Target target = places.of(workload, uid);
    progressed(
        rollout,
        "/trouble/" + now.toEpochMilli(),
        target,
        Change.of(rollout.kind(), Phase.PROGRESSED, rollout.action())
            .summary(title(workload, target) + ": rollout in trouble: " + trouble)
            .reason(trouble),
        workload,
        now);
  }

  private static String title(JsonNode workload, Target target) {
    return workload.path("kind").asText()
        + " "
        + target.namespace()
        + "/"
        + workload.at("/metadata/name").asText();
  }

  private void finish(
      String uid,
      Rollout rollout,
      ObjectNode object,
      Outcome outcome,
      @Nullable String reason,
      @Nullable Instant at) {
    open.remove(uid);
    end(rollout, uid, object, outcome, reason, at == null ? clock.instant() : at);
  }

  private void end(
      Rollout rollout,
      String uid,
      ObjectNode object,
      Outcome outcome,
      @Nullable String reason,
      Instant at) {
    Instant time = at.isBefore(rollout.since()) ? rollout.since() : at;
    String took = seconds(rollout.since(), time);
    Target target = places.of(object, uid);
    String title = title(object, target);
    String summary =
        switch (outcome) {
          case SUCCESS -> title + ": rolled out " + images(object) + " in " + took;
          case ABORTED -> title + ": rollout " + reason + " after " + took;
          default -> title + ": rollout failed after " + took + ": " + reason;
        };
    AuditEvent.Builder event =
        AuditEvent.builder(
                new EventRef(source, rollout.start().id() + "/" + outcome.wireName()),
                time,
                Actor.unknown(),
                Change.of(rollout.kind(), Phase.FINISHED, rollout.action())
                    .outcome(outcome)
                    .id(rollout.id())
                    .summary(summary)
                    .reason(reason)
                    .build())
            .target(target)
            .provenance(new Provenance(null, null, artifacts(object)))
            .attribute(
                "changetrail.rollout.duration",
                TextNode.valueOf(Duration.between(rollout.since(), time).toString()));
    String revision =
        object.at("/metadata/annotations/deployment.kubernetes.io~1revision").asText("");
    if (!revision.isEmpty()) {
      event.attribute("k8s.deployment.revision", TextNode.valueOf(revision));
    }
    shipper.accept(event.build());
  }

  private static String seconds(Instant from, Instant to) {
    return Duration.between(from, to).toSeconds() + " s";
  }

  private static List<String> references(JsonNode workload) {
    List<String> references = new ArrayList<>();
    for (JsonNode container : workload.at("/spec/template/spec/containers")) {
      references.add(container.path("image").asText());
    }
    return references;
  }

  private static String images(JsonNode workload) {
    return String.join(
        ", ",
        references(workload).stream()
            .map(
                reference ->
                    OciImage.parse(reference)
                        .map(image -> image.name() + " " + image.version())
                        .orElse(reference))
            .toList());
  }

  /** The images with the digests that the pods really run. */
  private List<Provenance.Artifact> artifacts(JsonNode workload) {
    Map<String, String> running = pods.digests(workload);
    List<Provenance.Artifact> artifacts = new ArrayList<>();
    for (JsonNode container : workload.at("/spec/template/spec/containers")) {
      String digest = running.get(container.path("name").asText());
      OciImage.parse(container.path("image").asText())
          .map(
              image ->
                  image.digest() != null || digest == null
                      ? image
                      : new OciImage(image.repository(), image.tag(), digest))
          .map(OciImage::artifact)
          .filter(artifact -> !artifacts.contains(artifact))
          .ifPresent(artifacts::add);
    }
    return artifacts;
  }

  /** A pod as it is now; {@code gone} once it is deleted. */
  public synchronized void pod(JsonNode pod, boolean gone) {
    pods.seen(pod, gone);
    String namespace = pod.at("/metadata/namespace").asText();
    new LinkedHashMap<>(open)
        .forEach(
            (uid, rollout) -> {
              if (rollout.workload().at("/metadata/namespace").asText().equals(namespace)) {
                judge(uid, rollout.workload());
              }
            });
  }

  /**
   * All pods were listed.
   *
   * @param namespace {@code null} for those of all
   */
  synchronized void podsAre(@Nullable String namespace, Set<String> uids) {
    pods.keepOnly(namespace, uids);
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    Rollout rollout = open.get(uid);
    if (rollout != null) {
      finish(uid, rollout, rollout.workload(), Outcome.ABORTED, "deleted with its workload", null);
    }
    known.remove(uid);
    asked.remove(uid);
    revisions.forget(uid);
  }
}
