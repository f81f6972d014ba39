// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.ingest.Acceptance;
import io.changetrail.server.ingest.IngestEndpoint.IngestObserver;
import io.changetrail.store.AuditStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** All GitHub servers that may be asked. */
public final class GithubApps implements AutoCloseable {
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100}");

  private final List<GithubWorker> workers = new ArrayList<>();

  /**
   * @param directory of the files that say how far the store was worked off
   */
  public GithubApps(
      List<ServerConfig.Github> all,
      AuditStore store,
      Acceptance acceptance,
      IngestObserver ingested,
      AskingObserver observer,
      Path directory,
      InstantSource clock) {
    for (ServerConfig.Github settings : all) {
      workers.add(
          new GithubWorker(
              settings,
              new GithubApi(settings, clock),
              new GithubStore(
                  store,
                  acceptance,
                  ingested,
                  clock,
                  settings.tenant(),
                  settings.server().toString()),
              observer,
              directory,
              clock));
    }
  }

  public void start() throws IOException {
    for (GithubWorker worker : workers) {
      worker.start();
    }
  }

  /**
   * {@code POST /v1/github/backfill}: reads the history of repositories, answered when it was read.
   * What is known already, live or from an earlier time, is left as it is.
   */
  public Response backfill(Request request) {
    try {
      return read(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(503, "stopping", "The server stops", "run it again later").asException();
    }
  }

  private Response read(Request request) throws InterruptedException {
    request.query().only(List.of("since", "repository", "github"));
    Instant since = since(request.query().required("since"));
    List<String> wanted = request.query().all("repository");
    if (!wanted.stream().allMatch(name -> REPOSITORY.matcher(name).matches())) {
      throw Problem.field("repository", "must be OWNER/NAME").asException();
    }
    String named = request.query().one("github").orElse(null);
    List<GithubWorker> meant =
        workers.stream()
            .filter(worker -> worker.settings().tenant().equals(request.caller().tenant()))
            .filter(worker -> named == null || worker.settings().name().equals(named))
            .toList();
    if (meant.isEmpty()) {
      throw Problem.notFound("no such GitHub is configured; add it under 'github' in the settings")
          .asException();
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode failed = answer.putArray("failed");
    int repositories = 0;
    int stored = 0;
    for (GithubWorker worker : meant) {
      try {
        for (JsonNode repository : repositories(worker, wanted, failed)) {
          repositories++;
          List<String> gaps = new ArrayList<>();
          try {
            stored += worker.backfill(repository, since, gaps);
          } catch (IOException e) {
            gaps.add(String.valueOf(e.getMessage()));
          }
          gaps.forEach(
              gap ->
                  failed
                      .addObject()
                      .put("repository", repository.path("full_name").asText())
                      .put("detail", gap));
        }
      } catch (IOException e) {
        failed
            .addObject()
            .put("repository", "*")
            .put("detail", worker.settings().name() + ": " + e.getMessage());
      }
    }
    return Response.json(200, answer.put("repositories", repositories).put("stored", stored));
  }

  private static List<JsonNode> repositories(
      GithubWorker worker, List<String> wanted, ArrayNode failed)
      throws IOException, InterruptedException {
    if (wanted.isEmpty()) {
      if (!worker.api().isApp()) {
        throw Problem.field(
                "repository", "is required where a token is used: only an App has a list of them")
            .asException();
      }
      return worker.api().repositories();
    }
    List<JsonNode> found = new ArrayList<>();
    for (String name : wanted) {
      try {
        found.add(worker.api().get(name, ""));
      } catch (ApiException e) {
        failed.addObject().put("repository", name).put("detail", String.valueOf(e.getMessage()));
      }
    }
    return found;
  }

  private static Instant since(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw Problem.field("since", "must be a moment such as 2026-03-01T00:00:00Z").asException();
    }
  }

  @Override
  public void close() {
    workers.forEach(GithubWorker::close);
  }
}
