// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.SignalFamily;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.ingest.OwnEvents;
import io.changetrail.server.prometheus.AlertRule;
import io.changetrail.server.prometheus.RangeQuery;
import io.changetrail.source.alertmanager.AlertExpression;
import io.changetrail.source.alertmanager.AlertGroup;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Incidents, each with the answer to the question which change did it. A correlation is known by
 * the id of the event that its incident was detected by. All of it is events: the incident, each
 * answer that differs from the one before, and what people say of it.
 *
 * <p>An answer speaks of whatever was searched, so it is stored without a target: only readers of
 * the whole tenant see it. For others it is made anew from what they may see.
 */
public final class Correlations {
  /** The source of answers and feedback. */
  static final String SOURCE = "/changetrail/correlations";

  static final String CORRELATE = "correlate";
  private static final String ANSWER = "correlation.answer";
  private static final String GIST = "correlation.gist";

  private static final int MAX_LISTED = 10;
  private static final int MAX_ANSWER = 150 << 10;
  private static final int MAX_EVENTS = 200;

  /** How long after its end the metrics still tell whether it is over. */
  private static final Duration AFTERWARDS = Duration.ofMinutes(30);

  private final AuditStore store;
  private final Correlator correlator;
  private final OwnEvents own;
  private final Notifier notifier;

  /** Answers that are being told, by the event that will say so. */
  private final Set<EventRef> telling = ConcurrentHashMap.newKeySet();

  public Correlations(AuditStore store, Correlator correlator, OwnEvents own, Notifier notifier) {
    this.store = store;
    this.correlator = correlator;
    this.own = own;
    this.notifier = notifier;
  }

  /**
   * What became of a notification.
   *
   * @param incident empty where it tells of the end of what was not known
   * @param stored how many events were new
   */
  record Noted(Optional<StoredEvent> incident, int stored) {}

  /**
   * Stores what a notification tells, and no more: one about an incident that goes on is none. One
   * at a time, so that two peers that send the same do not detect it twice.
   */
  synchronized Noted note(String tenant, String source, AlertGroup alerts, Instant now) {
    Scope scope = Scope.of(tenant);
    Optional<StoredEvent> open = open(scope, source, alerts);
    if (open.isEmpty() && !alerts.isFiring()) {
      return new Noted(Optional.empty(), 0);
    }
    List<Target> targets = Incidents.targets(alerts, correlator.catalogue(tenant));
    AuditEvent event = null;
    if (open.isEmpty()) {
      event = Incidents.detected(source, alerts, correlator.catalogue(tenant));
    } else {
      String id = Objects.requireNonNull(open.get().event().change().id());
      Set<Target> named = named(scope, source, id);
      List<Target> more = targets.stream().filter(target -> !named.contains(target)).toList();
      if (alerts.end().isPresent()) {
        event =
            Incidents.resolved(source, alerts, id, List.copyOf(named), alerts.end().orElseThrow());
      } else if (!more.isEmpty()) {
        event = Incidents.reported(source, alerts, id, more);
      }
    }
    boolean isNew = event != null && own.append(tenant, event, now);
    Optional<StoredEvent> incident =
        open.isPresent() || event == null ? open : store.find(scope, event.ref(), View.FOLDED);
    return new Noted(incident, isNew ? 1 : 0);
  }

  /**
   * Keeps what somebody asks about as an incident, with the answer that they see. The same anomaly
   * is one incident, whoever asks. The answer may wait for a Prometheus, and nobody else for it.
   */
  StoredEvent record(Scope scope, Caller caller, Question question, Instant now) {
    AuditEvent event = Incidents.recorded(question.anomaly(), caller.name());
    synchronized (this) {
      Optional<StoredEvent> known = store.find(scope, event.ref(), View.FOLDED);
      if (known.isPresent()) {
        return known.get();
      }
      own.append(scope.tenant(), event, now);
    }
    StoredEvent incident = store.find(scope, event.ref(), View.FOLDED).orElseThrow();
    if (scope.isWholeTenant()) {
      ObjectNode answer = shortened(correlator.answer(scope, question, now).toJson());
      synchronized (this) {
        if (answers(scope, incident).isEmpty()) {
          own.append(scope.tenant(), event(incident, answer, gist(answer), 0, now), now);
        }
      }
    }
    return incident;
  }

  /** The incident of a group that goes on. */
  private Optional<StoredEvent> open(Scope scope, String source, AlertGroup alerts) {
    List<StoredEvent> newestFirst =
        newest(
            scope,
            Query.all()
                .where(Field.SOURCE, source)
                .where(Field.ACTION, Set.of(Incidents.DETECT, Incidents.RESOLVE))
                .where(
                    Field.RESOURCE, Incidents.ALERT_GROUP + "/" + Incidents.group(alerts).name()),
            MAX_EVENTS);
    Set<@Nullable String> resolved = new LinkedHashSet<>();
    newestFirst.stream()
        .filter(stored -> Incidents.isResolved(stored.event()))
        .forEach(stored -> resolved.add(stored.event().change().id()));
    return newestFirst.stream()
        .filter(stored -> Incidents.isDetected(stored.event()))
        .filter(stored -> !resolved.contains(stored.event().change().id()))
        .findFirst();
  }

  /** All that an incident was seen at so far. */
  private Set<Target> named(Scope scope, String source, String incident) {
    Set<Target> named = new LinkedHashSet<>();
    Position after = null;
    do {
      Page page =
          store.search(
              scope,
              ofIncident(source, incident),
              View.FOLDED,
              Order.OLDEST_FIRST,
              after,
              AuditStore.MAX_PAGE);
      page.events().forEach(stored -> named.addAll(stored.event().targets()));
      after = page.next();
    } while (after != null);
    return named;
  }

  private List<StoredEvent> newest(Scope scope, Query query, int limit) {
    return store.search(scope, query, View.FOLDED, Order.NEWEST_FIRST, null, limit).events();
  }

  private static Query ofIncident(String source, String id) {
    return Query.all()
        .where(Field.SOURCE, source)
        .where(Field.KIND, ChangeKind.INCIDENT.name())
        .where(Field.CHANGE, id);
  }

  /** Answers anew, and stores and tells the answer if it says something else than the last one. */
  void answer(String tenant, StoredEvent incident, Instant now) {
    Scope scope = Scope.of(tenant);
    Optional<Answered> answered = answered(scope, incident, now);
    if (answered.isEmpty()) {
      return;
    }
    ObjectNode answer = shortened(answered.get().toJson());
    String gist = gist(answer);
    EventRef told;
    ObjectNode correlation;
    synchronized (this) {
      List<StoredEvent> earlier = answers(scope, incident);
      boolean isSame =
          !earlier.isEmpty()
              && gist.equals(text(earlier.get(earlier.size() - 1).event().attributes().get(GIST)));
      if (!isSame && !own.append(tenant, event(incident, answer, gist, earlier.size(), now), now)) {
        return;
      }
      int number = isSame ? earlier.size() - 1 : earlier.size();
      told = new EventRef(SOURCE, incident.eventId() + "/told/" + number);
      correlation = json(scope, incident, now);
      // One that is stored and was not told is told now: the server or a receiver was down then.
      if (!notifier.hasReceivers(tenant) || !telling.add(told)) {
        return;
      }
      if (isSame && store.find(scope, told, View.FOLDED).isPresent()) {
        telling.remove(told);
        return;
      }
    }
    notifier.tell(
        tenant,
        correlation,
        all -> {
          try {
            if (all) {
              own.append(tenant, told(incident, told, now), now);
            }
          } finally {
            telling.remove(told);
          }
        });
  }

  private static AuditEvent told(StoredEvent incident, EventRef told, Instant now) {
    return AuditEvent.builder(
            told,
            now,
            new Actor("changetrail", null, Actor.Kind.SYSTEM, null, Actor.Evidence.AUTHENTICATED),
            Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, "notify")
                .summary("The answer was told to all configured receivers")
                .build())
        .links(new Links(null, null, List.of(incident.event().ref()), Map.of()))
        .build();
  }

  private static AuditEvent event(
      StoredEvent incident, ObjectNode answer, String gist, int number, Instant now) {
    return AuditEvent.builder(
            new EventRef(SOURCE, incident.eventId() + "/answer/" + number),
            now,
            new Actor("changetrail", null, Actor.Kind.SYSTEM, null, Actor.Evidence.AUTHENTICATED),
            Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, CORRELATE)
                .summary(
                    answer.path("verdict").asText()
                        + ": "
                        + cut(answer.path("reason").asText(), 1_000))
                .build())
        .links(new Links(null, null, List.of(incident.event().ref()), Map.of()))
        .attribute(ANSWER, answer)
        .attribute(GIST, TextNode.valueOf(gist))
        .build();
  }

  private static String cut(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    // Half a character is no text, and what has one cannot be stored.
    boolean within = Character.isHighSurrogate(text.charAt(length - 1));
    return text.substring(0, within ? length - 1 : length);
  }

  /** What would make somebody look again: the verdict, and the suspects in their order. */
  private static String gist(JsonNode answer) {
    StringBuilder gist = new StringBuilder(answer.path("verdict").asText());
    for (JsonNode suspect : answer.path("suspects")) {
      gist.append(' ').append(suspect.at("/change/id").asText());
      gist.append('=').append(Math.round(suspect.path("score").asDouble() * 10));
    }
    return Incidents.hash(gist.toString());
  }

  /** With as many suspects as an event can hold. */
  private static ObjectNode shortened(ObjectNode answer) {
    int most = MAX_LISTED;
    do {
      shorten(answer, "suspects", "moreSuspects", most);
      shorten(answer, "excluded", "moreExcluded", most);
      most--;
    } while (most >= 0 && answer.toString().length() > MAX_ANSWER);
    return answer;
  }

  private static void shorten(ObjectNode answer, String list, String more, int most) {
    ArrayNode entries = answer.withArray(list);
    while (entries.size() > most) {
      entries.remove(entries.size() - 1);
      answer.put(more, answer.path(more).asInt() + 1);
    }
  }

  private Optional<Answered> answered(Scope scope, StoredEvent incident, Instant now) {
    return question(scope, incident.event(), end(scope, incident).orElse(null), now)
        .map(question -> correlator.answer(scope, question, now));
  }

  /** What to ask about an incident; empty if nobody said which service has it. */
  private Optional<Question> question(
      Scope scope, AuditEvent incident, @Nullable Instant end, Instant now) {
    Catalogue known = correlator.catalogue(scope.tenant());
    Optional<Target> about =
        incident.targets().stream().filter(target -> target.service() != null).findFirst();
    Instant begin = incident.time();
    Instant until = begin.plus(Anomaly.LOOKBACK);
    until = end != null && end.plus(AFTERWARDS).isBefore(until) ? end.plus(AFTERWARDS) : until;
    until = now.isBefore(until) ? now : until;
    Interval window =
        new Interval(begin.minus(Anomaly.LOOKBACK), until.isBefore(begin) ? begin : until);
    Map<String, String> labels = Incidents.labels(incident);
    String expression = text(incident.attributes().get(Incidents.EXPRESSION));
    String server =
        correlator
            .prometheusOf(
                scope.tenant(), text(incident.attributes().get(Incidents.GENERATOR)), labels)
            .orElse(null);
    String name = labels.get("alertname");
    String signal = signal(name, expression);
    Optional<Duration> pending = Incidents.pending(incident);
    AlertRule rule =
        server == null || name == null || pending.isPresent()
            ? null
            : new AlertRule(server, name, expression, labels);
    return about.map(
        target -> {
          String service = known.service(Objects.requireNonNull(target.service()));
          String environment = target.environmentName().map(known::environment).orElse(null);
          Anomaly anomaly =
              new Anomaly(service, environment, signal, labels, begin, Duration.ZERO, window);
          return new Question(
              pending.map(anomaly::withPending).orElse(anomaly),
              List.of(),
              server == null
                      || expression == null
                      || expression.length() > RangeQuery.MAX_EXPRESSION
                  ? List.of()
                  : List.of(
                      new RangeQuery(
                          server,
                          AlertExpression.measured(expression),
                          signal == null ? "alert" : signal,
                          service)),
              rule);
        });
  }

  /**
   * What an alert measures is called as the alert is, unless that would say that more of it is
   * worse while it fires when there is less, or the other way round.
   */
  private static @Nullable String signal(@Nullable String alert, @Nullable String expression) {
    if (alert == null || expression == null || SignalFamily.of(alert) != SignalFamily.ERRORS) {
      return alert;
    }
    return AlertExpression.firesBelow(expression)
        .filter(below -> below != SignalFamily.isSuccess(alert))
        .map(below -> below ? "success rate of " + alert : "error rate")
        .orElse(alert);
  }

  private static @Nullable String text(@Nullable JsonNode node) {
    return node == null ? null : node.textValue();
  }

  /** All that were stored about an incident, oldest first. */
  private List<StoredEvent> answers(Scope scope, StoredEvent incident) {
    return about(scope, incident, Set.of(CORRELATE));
  }

  /** What was stored about an incident with one of these actions, oldest first. */
  List<StoredEvent> about(Scope scope, StoredEvent incident, Set<String> actions) {
    List<StoredEvent> newestFirst =
        newest(
            scope,
            Query.all()
                .where(Field.SOURCE, SOURCE)
                .where(Field.ACTION, actions)
                .where(Field.REFERS_TO, incident.event().ref().toString()),
            AuditStore.MAX_PAGE);
    List<StoredEvent> oldestFirst = new ArrayList<>(newestFirst);
    Collections.reverse(oldestFirst);
    return oldestFirst;
  }

  /** When the incident was over; empty while it goes on. */
  private Optional<Instant> end(Scope scope, StoredEvent incident) {
    String id = incident.event().change().id();
    if (id == null) {
      return Optional.empty();
    }
    return newest(
            scope,
            ofIncident(incident.event().ref().source(), id).where(Field.ACTION, Incidents.RESOLVE),
            1)
        .stream()
        .map(stored -> stored.event().time())
        .findFirst();
  }

  /** The incident that was detected by the event of this id, if visible. */
  private Optional<StoredEvent> incident(Scope scope, String id) {
    return store.get(scope, id, View.FOLDED).filter(stored -> Incidents.isDetected(stored.event()));
  }

  /** The incident that the path names, or a 404. */
  StoredEvent incident(Request request) {
    return incident(request.scope(), request.pathParameter("id"))
        .orElseThrow(
            () ->
                Problem.notFound(
                        "there is no such incident, or not within what the credential may read;"
                            + " /v1/correlations lists them")
                    .asException());
  }

  /** The incidents that were detected last. */
  List<StoredEvent> latest(Scope scope, int limit) {
    return newest(
        scope,
        Query.all()
            .where(Field.KIND, ChangeKind.INCIDENT.name())
            .where(Field.ACTION, Incidents.DETECT),
        limit);
  }

  /** An incident as it stands in a list: without its answer. */
  ObjectNode line(Scope scope, StoredEvent incident) {
    Catalogue known = correlator.catalogue(scope.tenant());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    AuditEvent event = incident.event();
    Optional<Instant> end = end(scope, incident);
    json.put("id", incident.eventId());
    boolean recorded = event.ref().source().equals(SOURCE);
    json.put("status", recorded ? "recorded" : end.isPresent() ? "resolved" : "firing");
    json.put("start", event.time().toString());
    end.ifPresent(at -> json.put("end", at.toString()));
    json.put("summary", event.change().summary());
    Set<String> services = new TreeSet<>();
    Set<String> environments = new TreeSet<>();
    for (Target target : event.targets()) {
      known.service(target).ifPresent(services::add);
      target.environmentName().map(known::environment).ifPresent(environments::add);
    }
    services.forEach(json.putArray("services")::add);
    environments.forEach(json.putArray("environments")::add);
    ObjectNode labels = json.putObject("labels");
    Incidents.labels(event).forEach(labels::put);
    return json;
  }

  /** An incident with its answer, as people's feedback leaves it. */
  ObjectNode json(Scope scope, StoredEvent incident, Instant now) {
    ObjectNode json = line(scope, incident);
    List<StoredEvent> stored = scope.isWholeTenant() ? answers(scope, incident) : List.of();
    ObjectNode answer = null;
    if (!stored.isEmpty()) {
      StoredEvent last = stored.get(stored.size() - 1);
      json.put("answeredAt", last.event().time().toString());
      answer =
          last.event().attributes().get(ANSWER) instanceof ObjectNode tree ? tree.deepCopy() : null;
    }
    if (answer == null) {
      answer =
          answered(scope, incident, now)
              .map(Answered::toJson)
              .map(Correlations::shortened)
              .orElse(null);
      json.put("answeredAt", now.toString());
    }
    Feedback feedback = Feedback.of(about(scope, incident, Feedback.ACTIONS));
    if (answer != null) {
      feedback.applyTo(answer);
      json.set("answer", answer);
    }
    json.set("feedback", feedback.toJson());
    return json;
  }

  /**
   * Stores what somebody says of a change.
   *
   * @return false if it is no longer possible to say so, because the change is not visible
   */
  boolean judge(
      Scope scope, Caller caller, StoredEvent incident, Feedback.Judgement judgement, Instant now) {
    Optional<StoredEvent> change = store.get(scope, judgement.change(), View.FOLDED);
    if (change.isEmpty() || !change.get().event().change().kind().altersAnEnvironment()) {
      return false;
    }
    own.append(caller.tenant(), judgement.event(incident, change.get(), caller, now), now);
    return true;
  }
}
