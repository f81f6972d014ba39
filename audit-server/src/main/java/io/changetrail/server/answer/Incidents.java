// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.prometheus.SeriesLabels;
import io.changetrail.source.alertmanager.AlertExpression;
import io.changetrail.source.alertmanager.AlertGroup;
import io.changetrail.source.alertmanager.AlertGroup.Alert;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A group of alerts as the events of an incident: detected once, reported where it spreads,
 * resolved when its last alert is.
 */
final class Incidents {
  /** The kind of the resource that stands for a group of alerts. */
  static final String ALERT_GROUP = "alert_group";

  static final String LABELS = "alert.labels";
  static final String EXPRESSION = "alert.expression";
  static final String GENERATOR = "alert.generator";

  /** In ISO 8601. */
  private static final String PENDING = "alert.for";

  /** How long a condition may have held before its alert fired; more is a slip. */
  static final Duration LONGEST = Duration.ofDays(366);

  static final String DETECT = "detect";
  private static final String REPORT = "report";
  static final String RESOLVE = "resolve";

  private Incidents() {}

  /** The resource that all events about a group name, by which they are found. */
  static Resource group(AlertGroup alerts) {
    String key = alerts.key().replaceAll("\\p{Cntrl}", " ").strip();
    return new Resource(
        ALERT_GROUP, key.length() <= 512 && !key.isEmpty() ? key : hash(alerts.key()), null);
  }

  /** The id that the events of one incident share. */
  static String id(AlertGroup alerts) {
    return hash(alerts.key()).substring(0, 16) + "@" + alerts.start();
  }

  /** An anomaly that a person asked about, and that they want on record. */
  static AuditEvent recorded(Anomaly anomaly, String by) {
    String environment = anomaly.environment();
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    anomaly.labels().forEach(labels::put);
    if (anomaly.signal() != null) {
      labels.put("alertname", anomaly.signal());
    }
    String id =
        "recorded/"
            + hash(anomaly.service() + "\n" + environment + "\n" + anomaly.detectedAt())
                .substring(0, 24);
    return AuditEvent.builder(
            new EventRef(Correlations.SOURCE, id),
            anomaly.detectedAt(),
            Actor.user(by, Actor.Evidence.AUTHENTICATED),
            Change.of(ChangeKind.INCIDENT, Phase.STARTED, DETECT)
                .id(id)
                .summary(
                    anomaly.service()
                        + (environment == null ? "" : " in " + environment)
                        + (anomaly.signal() == null ? "" : ": " + anomaly.signal()))
                .build())
        .target(Target.service(anomaly.service(), environment))
        .attribute(LABELS, labels)
        .build();
  }

  static AuditEvent detected(String source, AlertGroup alerts, Catalogue catalogue) {
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    labels(alerts).forEach(labels::put);
    AuditEvent.Builder event =
        event(source, alerts, id(alerts), "detected", alerts.start(), Phase.STARTED, DETECT, null)
            .targets(targets(alerts, catalogue))
            .attribute(LABELS, labels);
    alerts.pending().ifPresent(held -> event.attribute(PENDING, TextNode.valueOf(held.toString())));
    for (Alert alert : alerts.alerts()) {
      String url = alert.generatorUrl();
      String expression = url == null ? null : AlertExpression.ofGeneratorUrl(url).orElse(null);
      if (url != null && expression != null) {
        event.attribute(EXPRESSION, TextNode.valueOf(expression));
        AlertExpression.authority(url)
            .ifPresent(authority -> event.attribute(GENERATOR, TextNode.valueOf(authority)));
        break;
      }
    }
    return event.build();
  }

  /** It reached what was not named before. */
  static AuditEvent reported(String source, AlertGroup alerts, String incident, List<Target> more) {
    Instant time = alerts.alerts().stream().map(Alert::start).max(Instant::compareTo).orElseThrow();
    return event(
            source,
            alerts,
            incident,
            "reported/" + hash(more.toString()).substring(0, 16),
            time,
            Phase.PROGRESSED,
            REPORT,
            null)
        .targets(more)
        .build();
  }

  static AuditEvent resolved(
      String source, AlertGroup alerts, String incident, List<Target> targets, Instant end) {
    return event(
            source, alerts, incident, "resolved", end, Phase.FINISHED, RESOLVE, Outcome.SUCCESS)
        .targets(asManyAsFit(targets))
        .build();
  }

  private static List<Target> asManyAsFit(Collection<Target> targets) {
    return targets.stream().limit(AuditEvent.MAX_TARGETS).toList();
  }

  private static AuditEvent.Builder event(
      String source,
      AlertGroup alerts,
      String incident,
      String what,
      Instant time,
      Phase phase,
      String action,
      @Nullable Outcome outcome) {
    Map<String, String> urls = new LinkedHashMap<>();
    put(urls, "alertmanager", alerts.externalUrl());
    put(urls, "expression", alerts.alerts().get(0).generatorUrl());
    return AuditEvent.builder(
            new EventRef(source, incident + "/" + what),
            time,
            new Actor("alertmanager", null, Actor.Kind.SYSTEM, null, Actor.Evidence.DECLARED),
            Change.of(ChangeKind.INCIDENT, phase, action)
                .id(incident)
                .outcome(outcome)
                .summary(alerts.summary())
                .build())
        .links(new Links(null, null, List.of(), urls));
  }

  private static void put(Map<String, String> urls, String label, @Nullable String url) {
    if (url != null) {
      urls.put(label, url);
    }
  }

  /** One target for each service and environment that its alerts name. */
  static List<Target> targets(AlertGroup alerts, Catalogue catalogue) {
    Resource group = group(alerts);
    Set<Target> targets = new LinkedHashSet<>();
    for (Alert alert : alerts.alerts()) {
      SeriesLabels labels = new SeriesLabels(alert.labels());
      targets.add(
          new Target(
              labels.service(ServerConfig.Prometheus.USUAL_SERVICE_LABELS, catalogue).orElse(null),
              labels.environment(catalogue).orElse(null),
              null,
              null,
              null,
              group));
    }
    return asManyAsFit(targets);
  }

  /** What all its alerts have in common, or else what the first says. */
  private static Map<String, String> labels(AlertGroup alerts) {
    return alerts.labels().isEmpty() ? alerts.alerts().get(0).labels() : alerts.labels();
  }

  /** The labels that a detected incident was told of. */
  static Map<String, String> labels(AuditEvent incident) {
    Map<String, String> labels = new LinkedHashMap<>();
    JsonNode told = incident.attributes().get(LABELS);
    if (told != null) {
      told.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    }
    return labels;
  }

  /** How long the condition had held, as the alert itself tells; empty if it does not. */
  static Optional<Duration> pending(AuditEvent incident) {
    JsonNode told = incident.attributes().get(PENDING);
    try {
      return Optional.ofNullable(told)
          .map(held -> Duration.parse(held.asText()))
          .filter(held -> !held.isNegative() && held.compareTo(LONGEST) <= 0);
    } catch (DateTimeException e) {
      return Optional.empty(); // whoever sent the incident meant something else by that name
    }
  }

  static boolean isDetected(AuditEvent event) {
    return event.change().kind().equals(ChangeKind.INCIDENT)
        && event.change().action().equals(DETECT);
  }

  static boolean isResolved(AuditEvent event) {
    return event.change().kind().equals(ChangeKind.INCIDENT)
        && event.change().action().equals(RESOLVE);
  }

  static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
