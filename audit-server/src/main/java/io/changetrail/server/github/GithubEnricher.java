// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.source.Payload;
import io.changetrail.source.repository.ChangedFile;
import io.changetrail.source.repository.PathPattern;
import io.changetrail.source.repository.PathPattern.Place;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks what a push or a merge did, beyond what its delivery said: the files, the pull request, and
 * what stands in the files that configure something or define flags. What comes of it are
 * amendments, and events of their own for files of an environment; their ids follow from the
 * commit, so that asking again gives the same.
 */
final class GithubEnricher {
  private static final String PATHS = "vcs.changed.paths";
  private static final int MOST_PATHS = 200;
  private static final int MOST_CONTENTS = 50;
  private static final int MOST_REVISIONS = 100;

  /** GitHub's own bounds, of a comparison and of one commit. */
  private static final int MOST_COMPARED = 300;

  private static final int MOST_OF_A_COMMIT = 3000;

  /** GitHub gives no content of larger files with their entry. */
  private static final int LARGEST_FILE = 1 << 20;

  private final ServerConfig.Github settings;
  private final GithubApi api;

  GithubEnricher(ServerConfig.Github settings, GithubApi api) {
    this.settings = settings;
    this.api = api;
  }

  /** Whether there is anything to ask about an event. */
  boolean isMeant(AuditEvent event) {
    return event.amends() == null
        && event.change().kind().equals(ChangeKind.CODE)
        && event.ref().source().startsWith(settings.server() + "/")
        && List.of("push", Change.FORCE_PUSH, "merge").contains(event.change().action())
        && event.provenance().commit().map(Provenance.Vcs::revision).isPresent();
  }

  /** What there is to add. */
  List<AuditEvent> ask(AuditEvent event) throws IOException, InterruptedException {
    String repository = event.ref().source().substring(settings.server().toString().length() + 1);
    List<AuditEvent> told =
        event.change().action().equals("merge")
            ? List.of(merged(repository, event))
            : pushed(repository, event);
    return event.change().backfilled()
        ? told.stream().map(GithubEnricher::backfilled).toList()
        : told;
  }

  /** The same, marked as read from history. */
  static AuditEvent backfilled(AuditEvent event) {
    return event.toBuilder().change(event.change().toBuilder().backfilled(true).build()).build();
  }

  private AuditEvent merged(String repository, AuditEvent merge)
      throws IOException, InterruptedException {
    String number = merge.provenance().commit().map(Provenance.Vcs::pullRequest).orElse("");
    TreeSet<String> paths = new TreeSet<>();
    for (JsonNode file :
        api.list(repository, "/pulls/" + number + "/files?per_page=100", null, any -> true)) {
      paths.add(file.path("filename").asText());
    }
    return amendment(merge, "files", paths).build();
  }

  private List<AuditEvent> pushed(String repository, AuditEvent push)
      throws IOException, InterruptedException {
    String[] ends = ends(push);
    JsonNode compared = api.get(repository, "/compare/" + ends[0] + "..." + ends[1]);
    Map<String, JsonNode> files = files(repository, compared, ends);
    int listed = files.size();
    boolean cut = listed == MOST_COMPARED || listed == MOST_OF_A_COMMIT;
    if (cut) {
      // The delivery may name files that this list no longer does.
      for (JsonNode path : push.attributes().getOrDefault(PATHS, MissingNode.getInstance())) {
        files.putIfAbsent(path.asText(), MissingNode.getInstance());
      }
    }
    List<AuditEvent> told = new ArrayList<>();
    int contents = 0;
    int omitted = 0;
    for (Map.Entry<String, JsonNode> file : files.entrySet()) {
      Optional<Place> flags = place(settings.flagPaths(), file.getKey());
      Optional<Place> place = flags.or(() -> place(settings.configPaths(), file.getKey()));
      if (place.isEmpty() || place.get().environment() == null) {
        continue;
      }
      if (contents == MOST_CONTENTS) {
        omitted++;
        continue;
      }
      contents++;
      ChangedFile changed = changed(repository, file.getKey(), file.getValue(), ends);
      if (changed.before() == null && changed.after() == null) {
        continue; // it came and went in between
      }
      Optional<List<AuditEvent>> ofFlags =
          flags.isPresent() ? changed.flags(push, place.get()) : Optional.empty();
      told.addAll(ofFlags.orElseGet(() -> List.of(changed.config(push, place.get()))));
    }
    AuditEvent.Builder amendment = amendment(push, "compare", new TreeSet<>(files.keySet()));
    amendment.attribute("vcs.commits", IntNode.valueOf(compared.path("total_commits").asInt()));
    if (omitted > 0) {
      amendment.attribute("vcs.changed.contents.omitted", IntNode.valueOf(omitted));
    }
    if (cut) {
      amendment.attribute("vcs.changed.compared", IntNode.valueOf(listed));
    }
    Optional<JsonNode> pull = pullRequest(repository, ends[1]);
    pull.ifPresent(one -> name(one, amendment, push));
    amendment.provenance(
        new Provenance(
            vcs(compared, pull.map(one -> one.path("number").asText()).orElse(null), push, ends[1]),
            null,
            List.of()));
    if (!push.attributes().containsKey(AuditEvent.REVISIONS)) {
      revisions(compared, amendment);
    }
    told.add(amendment.build());
    return told;
  }

  /**
   * The files that differ. GitHub names the first 300; of one commit on top of what was there,
   * which a merged pull request is, it names ten times as many.
   */
  private Map<String, JsonNode> files(String repository, JsonNode compared, String[] ends)
      throws IOException, InterruptedException {
    Map<String, JsonNode> files = new LinkedHashMap<>();
    compared.path("files").forEach(file -> files.put(file.path("filename").asText(), file));
    String commit = "/commits/" + ends[1];
    if (files.size() == MOST_COMPARED
        && api.get(repository, commit + "?per_page=1")
            .at("/parents/0/sha")
            .asText()
            .equals(ends[0])) {
      for (JsonNode file : api.list(repository, commit + "?per_page=100", "files", any -> true)) {
        files.put(file.path("filename").asText(), file);
      }
    }
    return files;
  }

  /** What the push itself does not say where it was read from history. */
  private static Provenance.Vcs vcs(
      JsonNode compared, @Nullable String pullRequest, AuditEvent push, String revision) {
    boolean known = push.provenance().commit().map(Provenance.Vcs::message).isPresent();
    Payload head = Payload.of(newest(compared, revision));
    return new Provenance.Vcs(
        null,
        known ? null : revision,
        null,
        known ? null : head.cut("/commit/author/name", 512),
        known ? null : head.line("/commit/message", 1000),
        pullRequest,
        null);
  }

  private static JsonNode newest(JsonNode compared, String revision) {
    JsonNode commits = compared.path("commits");
    JsonNode last = commits.path(commits.size() - 1);
    return last.path("sha").asText().equals(revision) ? last : MissingNode.getInstance();
  }

  /** They are listed from the oldest on, as in a delivery. */
  private static void revisions(JsonNode compared, AuditEvent.Builder amendment) {
    JsonNode commits = compared.path("commits");
    ArrayNode revisions = JsonNodeFactory.instance.arrayNode();
    for (int i = Math.max(0, commits.size() - MOST_REVISIONS); i < commits.size(); i++) {
      revisions.add(commits.path(i).path("sha").asText());
    }
    if (!revisions.isEmpty()) {
      amendment.attribute(AuditEvent.REVISIONS, revisions);
    }
  }

  /** The revisions before and after, of which its id is made. */
  private static String[] ends(AuditEvent push) throws ApiException {
    String revision = push.provenance().commit().map(Provenance.Vcs::revision).orElse("");
    String[] parts = push.ref().id().split("-", -1);
    // push-BRANCH-BEFORE-AFTER, where a branch may have dashes; behind it when it was, if repeated
    int after = Arrays.asList(parts).lastIndexOf(revision);
    if (after < 3 || after < parts.length - 2) {
      throw ApiException.lasting("the push does not say what was before it");
    }
    String before = parts[after - 1];
    if (before.chars().allMatch(c -> c == '0')) {
      throw ApiException.lasting("the push made the branch");
    }
    return new String[] {before, revision};
  }

  private ChangedFile changed(String repository, String path, JsonNode file, String[] ends)
      throws IOException, InterruptedException {
    String status = file.path("status").asText();
    String earlier = file.path("previous_filename").asText(path);
    // One that is told without its content is there nevertheless, if GitHub said so.
    String unread = status.isEmpty() ? null : "";
    return new ChangedFile(
        path,
        status.equals("added") ? null : content(repository, earlier, ends[0], unread),
        status.equals("removed") ? null : content(repository, path, ends[1], unread));
  }

  /** A file's text; of one that is too large, or no text, nothing. */
  private @Nullable String content(
      String repository, String path, String revision, @Nullable String absent)
      throws IOException, InterruptedException {
    String encoded =
        Arrays.stream(path.split("/", -1))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    JsonNode entry;
    try {
      entry = api.get(repository, "/contents/" + encoded + "?ref=" + revision);
    } catch (ApiException e) {
      if (e.isPassing()) {
        throw e;
      }
      return absent;
    }
    return entry.path("size").asInt() > LARGEST_FILE
            || !entry.path("encoding").asText().equals("base64")
        ? ""
        : new String(
            Base64.getMimeDecoder().decode(entry.path("content").asText()), StandardCharsets.UTF_8);
  }

  private Optional<Place> place(List<PathPattern> patterns, String path) {
    return patterns.stream()
        .map(pattern -> pattern.match(path))
        .flatMap(Optional::stream)
        .findFirst()
        .map(
            place ->
                place.environment() != null
                    ? place
                    : new Place(place.service(), settings.environment()));
  }

  /** The pull request that brought a commit. */
  private Optional<JsonNode> pullRequest(String repository, String revision)
      throws IOException, InterruptedException {
    try {
      for (JsonNode pull : api.get(repository, "/commits/" + revision + "/pulls")) {
        if (pull.path("merged_at").isTextual()) {
          return Optional.of(pull);
        }
      }
    } catch (ApiException e) {
      if (e.isPassing()) {
        throw e;
      }
    }
    return Optional.empty();
  }

  private static void name(JsonNode pull, AuditEvent.Builder amendment, AuditEvent push) {
    String author = pull.at("/user/login").asText();
    boolean person = !pull.at("/user/type").asText().equals("Bot");
    if (person && !author.isBlank() && !author.equals(push.actor().id())) {
      amendment.onBehalfOf(Actor.user(author, Actor.Evidence.DECLARED));
    }
  }

  /** Of a change in a repository of many services, those whose files it touched. */
  private Set<String> services(Set<String> paths) {
    Set<String> services = new TreeSet<>();
    for (String path : paths) {
      Stream.of(settings.servicePaths(), settings.configPaths(), settings.flagPaths())
          .flatMap(List::stream)
          .flatMap(pattern -> pattern.match(path).stream())
          .map(Place::service)
          .filter(Objects::nonNull)
          .forEach(services::add);
    }
    return services;
  }

  private AuditEvent.Builder amendment(AuditEvent event, String part, Set<String> paths) {
    AuditEvent.Builder amendment =
        AuditEvent.builder(
                new EventRef(event.ref().source(), event.ref().id() + "-" + part),
                event.time(),
                Actor.unknown(),
                Change.of(event.change().kind(), Phase.OCCURRED, Folding.AMEND)
                    .summary(paths.size() + (paths.size() == 1 ? " file" : " files") + " changed")
                    .build())
            .amends(event.ref());
    services(paths).stream()
        .limit(AuditEvent.MAX_TARGETS)
        .forEach(service -> amendment.target(new Target(service, null, null, null, null, null)));
    // What a delivery names stands: it may have more than GitHub compares.
    if (!event.attributes().containsKey(PATHS)) {
      ArrayNode listed = JsonNodeFactory.instance.arrayNode();
      paths.stream().limit(MOST_PATHS).forEach(listed::add);
      amendment.attribute(PATHS, listed);
      if (paths.size() > MOST_PATHS) {
        amendment.attribute(PATHS + ".omitted", IntNode.valueOf(paths.size() - MOST_PATHS));
      }
    }
    return amendment;
  }
}
