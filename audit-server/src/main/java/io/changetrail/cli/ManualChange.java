// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.codec.ReadableNumbers;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A change as somebody describes it by options: what, where, who and why. */
final class ManualChange {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new ReadableNumbers())
          .build();

  /** Stands in for the id while the id is derived from all the rest. */
  private static final String UNNAMED = "-";

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = {
        "What sort of change; manual unless given. One of deployment, config, feature_flag,",
        "infrastructure, schema, secret_rotation, permission, scale, operation, manual, or one of",
        "your own with a dot in it, such as acme.dns."
      })
  private String kind = ChangeKind.MANUAL.name();

  @Option(names = "--service", paramLabel = "NAME", description = "What it reached; repeatable.")
  private List<String> services = new ArrayList<>();

  @Option(names = "--environment", paramLabel = "NAME", description = "Where, for example prod.")
  private @Nullable String environment;

  @Option(
      names = "--resource",
      paramLabel = "KIND/NAME",
      description = "The very object, for example database/orders.")
  private @Nullable String resource;

  @Option(
      names = "--action",
      paramLabel = "VERB",
      description = "For example deploy, rollback, update, create, delete; update unless given.")
  private String action = "update";

  @Option(names = "--summary", paramLabel = "TEXT", description = "What was done, in one line.")
  private @Nullable String summary;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
  private @Nullable String reason;

  @Option(names = "--ticket", paramLabel = "ID", description = "Ticket or approval.")
  private @Nullable String ticket;

  @Option(
      names = "--actor",
      paramLabel = "ID",
      description = "Who did it; the account that runs this command unless given.")
  private @Nullable String actor;

  @Option(names = "--on-behalf-of", paramLabel = "ID", description = "Whose wish it was.")
  private @Nullable String onBehalfOf;

  @Option(names = "--at", paramLabel = "TIME", description = "When; now unless given.")
  private @Nullable Instant at;

  @Option(
      names = "--phase",
      paramLabel = "PHASE",
      description = {
        "planned, started, progressed, finished or occurred (the default: it was done at once).",
        "Give all phases of one change the same --change."
      })
  private @Nullable Phase phase;

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      description = "success, failure, aborted, denied or unknown: how it ended.")
  private @Nullable Outcome outcome;

  @Option(names = "--change", paramLabel = "ID", description = "Your own id of the whole change.")
  private @Nullable String change;

  @Option(
      names = "--before",
      paramLabel = "JSON",
      description = "How it was: JSON, or @FILE with JSON. Text that is no JSON counts as text.")
  private @Nullable String before;

  @Option(names = "--after", paramLabel = "JSON", description = "How it is now, likewise.")
  private @Nullable String after;

  @Option(names = "--repository", paramLabel = "URL", description = "Where the commit is.")
  private @Nullable String repository;

  @Option(names = "--revision", paramLabel = "COMMIT", description = "The commit.")
  private @Nullable String revision;

  @Option(names = "--digest", paramLabel = "DIGEST", description = "sha256:… of the artifact.")
  private @Nullable String digest;

  @Option(
      names = "--artifact-version",
      paramLabel = "VERSION",
      description = "Version or tag of the artifact.")
  private @Nullable String artifactVersion;

  @Option(
      names = "--traceparent",
      paramLabel = "TRACEPARENT",
      description = "W3C trace context of the run that made the change.")
  private @Nullable String traceparent;

  @Option(names = "--url", paramLabel = "LABEL=URL", description = "A link for people; repeatable.")
  private Map<String, String> urls = new LinkedHashMap<>();

  @Option(
      names = "--attribute",
      paramLabel = "NAME=VALUE",
      description = "A further fact; repeatable.")
  private Map<String, String> attributes = new LinkedHashMap<>();

  @Option(
      names = "--source",
      paramLabel = "URI",
      description = "Who reports it; /manual unless given. The token must allow it.")
  private String source = "/manual";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = {
        "Names the event, so that it is stored once; derived from all the rest unless given.",
        "Needs --at, for the same id at another time is a conflict."
      })
  private @Nullable String id;

  /** Whether it is the same event each time that the command runs. */
  boolean isTimed() {
    return at != null;
  }

  /** The event, without secrets. */
  AuditEvent event(Surroundings surroundings, Redactor redactor) {
    if (id != null && at == null) {
      throw Failure.usage(
          "--id needs --at: without it the command, run again, would send the same id with another"
              + " time, which is a conflict",
          "add --at TIME, or leave --id out");
    }
    if (summary == null && before == null && after == null) {
      throw Failure.usage(
          "nothing says what was done", "add --summary TEXT, or --before and --after");
    }
    AuditEvent redacted = redactor.redact(unnamed(surroundings));
    StateChange state = redacted.change().state();
    if (summary == null && !state.isEmpty()) {
      // From the redacted state: the line must tell no secret either.
      String line = StructuralDiff.summary(state);
      redacted =
          redacted.toBuilder().change(redacted.change().toBuilder().summary(line).build()).build();
    }
    String name = id != null ? id : CanonicalContent.hash(redacted).substring(0, 32);
    return redacted.toBuilder().ref(new EventRef(source, name)).build();
  }

  private AuditEvent unnamed(Surroundings surroundings) {
    Instant now = surroundings.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    AuditEvent.Builder event =
        AuditEvent.builder(
                new EventRef(source, UNNAMED),
                at == null ? now : at,
                declared(actor == null ? surroundings.user() : actor),
                whatWasDone())
            .observedTime(now)
            .onBehalfOf(onBehalfOf == null ? null : declared(onBehalfOf))
            .targets(targets())
            .provenance(provenance())
            .links(new Links(traceparent, null, List.of(), urls));
    attributes.forEach((name, value) -> event.attribute(name, TextNode.valueOf(value)));
    return event.build();
  }

  /** Whoever runs the command says so; nothing here can prove it. */
  private static Actor declared(String id) {
    return new Actor(id, null, Actor.Kind.USER, "changetrail", Actor.Evidence.DECLARED);
  }

  private Change whatWasDone() {
    Phase reached = phase != null ? phase : outcome != null ? Phase.FINISHED : Phase.OCCURRED;
    return Change.of(ChangeKind.of(kind), reached, action)
        .outcome(outcome)
        .id(change)
        .summary(summary)
        .reason(reason)
        .ticket(ticket)
        .state(StructuralDiff.between(json(before, "--before"), json(after, "--after")))
        .build();
  }

  private List<Target> targets() {
    Resource object = object();
    if (services.isEmpty() && environment == null && object == null) {
      return List.of();
    }
    List<@Nullable String> names = services.isEmpty() ? unknown() : List.copyOf(services);
    List<Target> targets = new ArrayList<>();
    for (@Nullable String service : names) {
      targets.add(new Target(service, environment, null, null, null, object));
    }
    return targets;
  }

  private static List<@Nullable String> unknown() {
    List<@Nullable String> one = new ArrayList<>();
    one.add(null);
    return one;
  }

  private @Nullable Resource object() {
    if (resource == null) {
      return null;
    }
    int slash = resource.indexOf('/');
    if (slash < 1 || slash == resource.length() - 1) {
      throw Failure.usage("--resource is not KIND/NAME", "write it as in database/orders");
    }
    return new Resource(resource.substring(0, slash), resource.substring(slash + 1), null);
  }

  private Provenance provenance() {
    Provenance.Vcs vcs =
        repository == null && revision == null
            ? null
            : new Provenance.Vcs(repository, revision, null, null, null, null, null);
    List<Provenance.Artifact> artifacts =
        digest == null && artifactVersion == null
            ? List.of()
            : List.of(new Provenance.Artifact(null, digest, artifactVersion));
    return new Provenance(vcs, null, artifacts);
  }

  /** Complaints do not repeat the text, which is not redacted yet. */
  private static @Nullable JsonNode json(@Nullable String argument, String option) {
    if (argument == null) {
      return null;
    }
    boolean isFile = argument.startsWith("@");
    String text = isFile ? contentOf(argument.substring(1), option) : argument;
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      boolean meantAsJson = isFile || text.startsWith("{") || text.startsWith("[");
      if (meantAsJson) {
        throw Failure.usage(
            option + " is not valid JSON at line " + e.getLocation().getLineNr(), null);
      }
      return TextNode.valueOf(text);
    } catch (NumberFormatException e) {
      throw Failure.usage(
          option + " has a number whose exponent is beyond a billion",
          "quote it, so that it is a string");
    }
  }

  private static String contentOf(String file, String option) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw Failure.usage(option + " names a file that cannot be read: " + file, null, e);
    }
  }
}
