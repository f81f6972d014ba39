// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.watcher.access.HumanAccess;
import io.changetrail.watcher.attribution.AdmissionWitness;
import io.changetrail.watcher.attribution.AuditLogWitness;
import io.changetrail.watcher.attribution.ManagedFieldsWitness;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.Capture;
import io.changetrail.watcher.capture.CaptureMetrics;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.capture.IgnoredPaths;
import io.changetrail.watcher.capture.ObjectSink;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.capture.SelectedNamespaces;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.capture.ServiceUses;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.drift.AbsentObjects;
import io.changetrail.watcher.drift.Declaration;
import io.changetrail.watcher.drift.Drifts;
import io.changetrail.watcher.drift.LastApplied;
import io.changetrail.watcher.drift.ManifestDirectory;
import io.changetrail.watcher.drift.ObjectDrifts;
import io.changetrail.watcher.flags.FlagChanges;
import io.changetrail.watcher.gitops.HelmReleases;
import io.changetrail.watcher.gitops.OutOfSync;
import io.changetrail.watcher.gitops.Syncs;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.recorded.RecordedStates;
import io.changetrail.watcher.registry.ImageLabels;
import io.changetrail.watcher.registry.Registry;
import io.changetrail.watcher.rollout.Pods;
import io.changetrail.watcher.rollout.Revisions;
import io.changetrail.watcher.rollout.Rollouts;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** All that lies between a cluster and what takes the events of its changes. */
record Pipeline(
    ClusterWatch watch,
    Capture capture,
    AuditLogWitness witness,
    AdmissionWitness admissions,
    HumanAccess access,
    DeclaredManifests manifests,
    ObjectDrifts objects,
    ImageLabels images,
    ExecutorService lookups)
    implements AutoCloseable {

  /**
   * Puts it together; it begins with its {@code watch}.
   *
   * @param uid of the cluster
   * @param ships takes events and returns at once
   * @param before is run before what was recorded is read, and may take its time
   * @param room waits until there is room for more events
   */
  static Pipeline of(
      WatcherConfig config,
      Cluster cluster,
      String uid,
      Redactor redactor,
      RecordedStates recorded,
      Consumer<AuditEvent> ships,
      Runnable before,
      Runnable room,
      CaptureMetrics metrics,
      InstantSource clock) {
    ExecutorService lookups =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "changetrail-lookups");
              thread.setDaemon(true);
              return thread;
            });
    Map<String, Registry> registries = new HashMap<>();
    for (WatcherConfig.ImageRegistry one : config.registries()) {
      registries.put(one.host(), new Registry(one.host(), one.plain(), one.credentialsFile()));
    }
    ImageLabels shipper = new ImageLabels(ships, registries);
    Places places =
        new Places(
            config.cluster(), config.environment(), config.environments(), config.serviceNames());
    ServiceUses uses = new ServiceUses();
    CanonicalState canonical = new CanonicalState(redactor, new IgnoredPaths(config.ignore()));
    AdmissionWitness admissions =
        new AdmissionWitness(
            new ManagedFieldsWitness(),
            object -> CanonicalContent.hash(canonical.whole(object, null)),
            shipper,
            clock);
    AuditLogWitness witness = new AuditLogWitness(admissions, shipper, clock);
    List<ManifestDirectory> directories =
        config.declared().stream()
            .map(
                one ->
                    new ManifestDirectory(
                        one.directory(), one.namespace(), Duration.parse(one.settling()), clock))
            .toList();
    List<Declaration> declarations = new ArrayList<>(directories);
    declarations.add(new LastApplied());
    DeclaredManifests manifests = new DeclaredManifests(directories);
    Drifts drifts =
        new Drifts(uid, config.source(), places, canonical, declarations, witness, shipper, clock);
    Revisions revisions = new Revisions(redactor);
    Rollouts rollouts =
        new Rollouts(
            config.source(), places, revisions, recorded::lastEvent, lookups, shipper, clock);
    SelectedNamespaces selected =
        config.namespaceSelector() == null
            ? null
            : new SelectedNamespaces(config.namespaceSelector());
    Selection selection =
        new Selection(
            config.namespaces(),
            selected,
            config.excludeNamespaces(),
            config.include(),
            config.exclude());
    ObjectDrifts objects =
        new ObjectDrifts(
            uid,
            config.source(),
            places,
            drifts,
            List.of(
                new AbsentObjects(directories, selection, cluster, clock),
                new OutOfSync(selection, clock)),
            shipper,
            clock);
    Syncs syncs =
        new Syncs(uid, config.source(), places, recorded::baseline, lookups, shipper, clock);
    Capture capture =
        new Capture(
            uid,
            config.source(),
            places,
            uses,
            selection,
            canonical,
            recorded,
            witness,
            revisions,
            shipper,
            List.of(rollouts, drifts, objects, new FlagChanges(canonical, witness, shipper), syncs),
            metrics,
            clock);
    Map<Wanted, ObjectSink> followers = new HashMap<>();
    for (Wanted one : config.followed()) {
      followers.put(
          one,
          one.equals(WatcherConfig.POD)
              ? new Pods(rollouts)
              : one.equals(WatcherConfig.HELM_RELEASES)
                  ? new HelmReleases(cluster, selection, canonical, witness, syncs, clock)
                  : revisions);
    }
    ClusterWatch watch =
        new ClusterWatch(
            cluster,
            capture,
            before,
            room,
            config.wanted(),
            followers,
            config.namespaces(),
            selected,
            config.discoveryPause(),
            metrics,
            clock);
    manifests.follow(watch, objects, config.discoveryPause());
    return new Pipeline(
        watch,
        capture,
        witness,
        admissions,
        new HumanAccess(config.source(), places, uses, selection),
        manifests,
        objects,
        shipper,
        lookups);
  }

  /** What keeps secrets out of events. */
  static Redactor redactor(RedactionKey key) {
    return new Redactor(RedactionRules.defaults(), key);
  }

  @Override
  public void close() {
    manifests.close();
    watch.close();
    images.close();
    lookups.shutdownNow();
  }
}
