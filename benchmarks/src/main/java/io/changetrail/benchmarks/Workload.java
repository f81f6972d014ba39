// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Origin;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The changes of an invented organisation: 200 services in three environments, whose commits are
 * built, deployed, observed in Kubernetes, configured and flagged. The n-th event is a function of
 * the seed and n alone, so that a query knows what it can ask for; no two events are alike, and one
 * has about 1 KB on the wire.
 *
 * @param seed two workloads of one seed are the same
 * @param start time of the first event
 * @param step mean time from one event to the next
 */
record Workload(long seed, Instant start, Duration step) {
  /** Numbers from here on are not used by {@link #until}, so that no two events share an id. */
  static final long LATER = 1_000_000_000L;

  private static final int SERVICES = 200;
  private static final int PEOPLE = 400;
  private static final List<String> ENVIRONMENTS = List.of("prod", "staging", "dev");
  private static final List<String> REGIONS = List.of("eu-west-1", "us-east-1", "ap-south-1");
  private static final List<String> DOMAINS =
      List.of(
          "checkout",
          "cart",
          "search",
          "ledger",
          "invoice",
          "profile",
          "catalog",
          "stock",
          "shipping",
          "pricing",
          "review",
          "session",
          "notify",
          "fraud",
          "tax",
          "media",
          "coupon",
          "returns",
          "gateway",
          "recommend");
  private static final List<String> ROLES =
      List.of("api", "worker", "web", "db", "cache", "sync", "edge", "batch", "admin", "stream");
  private static final List<String> VERBS =
      List.of("Fix", "Add", "Remove", "Speed up", "Retry", "Log", "Cache", "Validate", "Rename");
  private static final List<String> THINGS =
      List.of(
          "totals",
          "timeouts",
          "the pool size",
          "rounding of taxes",
          "empty carts",
          "stale prices",
          "duplicate orders",
          "currency symbols",
          "page tokens",
          "idle connections",
          "retry budget",
          "image thumbnails",
          "address checks",
          "login redirects",
          "audit fields",
          "feature gates");
  private static final List<String> SETTINGS =
      List.of("pool.max", "timeout.ms", "retry.limit", "cache.ttl", "batch.size", "log.level");
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  /** A workload of so many events whose last one is as old as {@code end}, over 30 days. */
  static Workload until(Instant end, long events) {
    Duration step = Duration.ofDays(30).dividedBy(Math.max(1, events));
    return new Workload(1, end.minus(step.multipliedBy(events)), step);
  }

  /**
   * Other events, from a number behind {@link #LATER} on, which end at the given time: what comes
   * in while the events of another workload are asked for.
   */
  static Workload after(Instant end, long first, Duration longest, int perSecond) {
    Duration step = Duration.ofMillis(10);
    long count = longest.toSeconds() * perSecond;
    return new Workload(2, end.minus(step.multipliedBy(first + count)), step);
  }

  /** The time of the n-th event; late ones stand behind newer neighbours. */
  Instant time(long n) {
    long jitter = random(n, 7).nextLong(Math.max(1, step.toNanos() * 20));
    return start.plus(step.multipliedBy(n)).minusNanos(jitter);
  }

  String revision(long n) {
    return hex(random(n / 4, 1), 40);
  }

  String service(long n) {
    return serviceName(skewed(random(n / 4, 2)));
  }

  String environment(long n) {
    return ENVIRONMENTS.get(random(n, 3).nextInt(ENVIRONMENTS.size()));
  }

  /** A word of the commit message that events of {@link #revision} share with many others. */
  String word(long n) {
    String thing = THINGS.get(random(n / 4, 4).nextInt(THINGS.size()));
    return thing.substring(thing.lastIndexOf(' ') + 1);
  }

  EventRef ref(long n) {
    return switch ((int) (n % 4)) {
      case 0, 1 ->
          new EventRef("https://github.com/acme/" + service(n), "run-" + (7_000_000_000L + n));
      case 2 ->
          new EventRef(
              "/kubernetes/" + REGIONS.get((int) (n / 4 % REGIONS.size())),
              "uid-" + hex(random(n, 5), 24) + "-" + n);
      default -> new EventRef("https://app.launchdarkly.com/acme", "entry-" + n);
    };
  }

  /** Four events in turn: a build, its deployment, a change of an object, a flag or a scaling. */
  AuditEvent event(long n) {
    return switch ((int) (n % 4)) {
      case 0 -> build(n);
      case 1 -> deployment(n);
      case 2 -> object(n);
      default -> flag(n);
    };
  }

  byte[] encoded(long n) {
    return CODEC.encode(event(n));
  }

  /** Events {@code first} to {@code first + size - 1} as the body of one batch request. */
  byte[] batch(long first, int size) {
    List<AuditEvent> events = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      events.add(event(first + i));
    }
    return CODEC.encodeBatch(events);
  }

  private AuditEvent build(long n) {
    String service = service(n);
    Provenance.Vcs commit = commit(n);
    return AuditEvent.builder(
            ref(n),
            time(n),
            person(n),
            Change.of(ChangeKind.BUILD, Phase.FINISHED, "build")
                .outcome(random(n, 8).nextInt(10) == 0 ? Outcome.FAILURE : Outcome.SUCCESS)
                .summary("build of " + service + " at " + revision(n).substring(0, 7))
                .build())
        .target(new Target(service, null, null, null, null, null))
        .provenance(new Provenance(commit, run(n), List.of(image(n))))
        .build();
  }

  private AuditEvent deployment(long n) {
    String service = service(n);
    return AuditEvent.builder(
            ref(n),
            time(n),
            person(n),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(random(n, 8).nextInt(20) == 0 ? Outcome.FAILURE : Outcome.SUCCESS)
                .summary(service + " " + version(n) + " deployed to " + environment(n))
                .build())
        .target(place(n))
        .provenance(new Provenance(commit(n), run(n), List.of(image(n))))
        .build();
  }

  private AuditEvent object(long n) {
    SplittableRandom random = random(n, 9);
    String setting = SETTINGS.get(random.nextInt(SETTINGS.size()));
    int before = random.nextInt(1, 500);
    ObjectNode old = JsonNodeFactory.instance.objectNode();
    ObjectNode data = old.putObject("data");
    for (String name : SETTINGS) {
      data.put(name, Integer.toString(random.nextInt(1, 500)));
    }
    data.put(setting, Integer.toString(before));
    ObjectNode changed = old.deepCopy();
    changed.withObject("/data").put(setting, Integer.toString(before + 1 + random.nextInt(90)));
    return AuditEvent.builder(
            ref(n),
            time(n),
            person(n),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .state(StructuralDiff.between(old, changed))
                .summary(setting + " of " + service(n) + " changed")
                .build())
        .target(place(n).withResource(new Resource("ConfigMap", service(n), null)))
        .origin(origin(n))
        .build();
  }

  private AuditEvent flag(long n) {
    SplittableRandom random = random(n, 10);
    String key = service(n) + "-" + word(n) + "-" + random.nextInt(20);
    boolean on = random.nextBoolean();
    ObjectNode before = JsonNodeFactory.instance.objectNode().put("on", !on).put("version", n);
    ObjectNode after = JsonNodeFactory.instance.objectNode().put("on", on).put("version", n + 1);
    return AuditEvent.builder(
            ref(n),
            time(n),
            person(n),
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, on ? "enable" : "disable")
                .state(StructuralDiff.between(before, after))
                .summary("flag " + key + " turned " + (on ? "on" : "off"))
                .reason("Rollout step " + random.nextInt(10) + " of " + word(n))
                .ticket("SHOP-" + random.nextInt(100_000))
                .rollout((double) random.nextInt(101))
                .build())
        .target(
            Target.service(service(n), environment(n))
                .withResource(new Resource(Resource.FEATURE_FLAG, key, null)))
        .build();
  }

  private Target place(long n) {
    String region = REGIONS.get(random(n, 11).nextInt(REGIONS.size()));
    String environment = environment(n);
    return new Target(
        service(n), environment, region, environment + "-" + region, "shop-" + environment, null);
  }

  private Provenance.Vcs commit(long n) {
    SplittableRandom random = random(n / 4, 4);
    String thing = THINGS.get(random.nextInt(THINGS.size()));
    return new Provenance.Vcs(
        "github.com/acme/" + service(n),
        revision(n),
        random.nextInt(10) == 0 ? "release-" + random.nextInt(40) : "main",
        "dev" + random.nextInt(PEOPLE),
        VERBS.get(random.nextInt(VERBS.size())) + " " + thing + " in " + service(n),
        Integer.toString(random.nextInt(1, 30_000)),
        null);
  }

  private Provenance.Build run(long n) {
    String id = Long.toString(7_000_000_000L + n / 4);
    return new Provenance.Build(
        "github-actions",
        "ci",
        id,
        "https://github.com/acme/" + service(n) + "/actions/runs/" + id,
        n % 4 == 0 ? "build" : "deploy");
  }

  private Provenance.Artifact image(long n) {
    return new Provenance.Artifact(null, "sha256:" + hex(random(n / 4, 6), 64), version(n));
  }

  private String version(long n) {
    SplittableRandom random = random(n / 4, 12);
    return random.nextInt(1, 5) + "." + random.nextInt(60) + "." + random.nextInt(30);
  }

  private Actor person(long n) {
    int number = random(n, 13).nextInt(PEOPLE);
    return new Actor(
        "dev" + number,
        "Developer " + number,
        Actor.Kind.USER,
        n % 4 < 2 ? "github-actions" : "kubectl",
        Actor.Evidence.AUDIT_LOG);
  }

  /** A watcher in each cluster counts its own events without a gap. */
  private static Origin origin(long n) {
    return new Origin("watcher-" + n / 4 % 3, null, "epoch-1", n / 12 + 1, null, null);
  }

  /** A few services change often, most seldom. */
  private static int skewed(SplittableRandom random) {
    double square = Math.pow(random.nextDouble(), 2);
    return (int) (square * SERVICES);
  }

  private static String serviceName(int number) {
    return DOMAINS.get(number % DOMAINS.size()) + "-" + ROLES.get(number / DOMAINS.size());
  }

  private SplittableRandom random(long n, int purpose) {
    // the generator's first outputs of neighbouring seeds are unrelated: it mixes its seed
    return new SplittableRandom((seed * 31 + purpose) * 0x9E3779B97F4A7C15L + n);
  }

  private static String hex(SplittableRandom random, int digits) {
    byte[] all = new byte[digits];
    for (int i = 0; i < digits; i++) {
      all[i] = (byte) Character.forDigit(random.nextInt(16), 16);
    }
    return new String(all, StandardCharsets.US_ASCII);
  }
}
