// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.shipper.Credentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the page of a run to the server's page of the same run. */
class RunPageTest {
  @TempDir private Path home;
  @TempDir private Path data;

  @Test
  void U5_thePageOfARunLeadsToEverythingThatTheServerHasOfItAndNothingElse() throws Exception {
    RunFacts run =
        Runs.run(Runs.CONTROLLER, "team/ünï code/main", 42, Trigger.user("alice", "Alice"));
    RunFacts other =
        Runs.run(Runs.CONTROLLER, "team/ünï code/main", 43, Trigger.user("alice", "Alice"));
    try (ServerProcess server = new ServerProcess(data).start();
        Trail trail = new Trail(home, Runs.CONTROLLER.instanceId())) {
      trail.shipTo(server.address(), Credentials.none());
      trail.record(() -> RunEvents.started(run));
      trail.record(
          () -> RunEvents.finished(run, new Ending("SUCCESS", Duration.ofSeconds(9), null)));
      trail.record(() -> RunEvents.started(other));
      assertThat(trail.flush(Duration.ofSeconds(60))).isTrue();

      String page = RunFacts.page(server.address() + "/", run.job(), run.number());
      HttpResponse<String> shown =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(page)).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.headers().firstValue("Content-Type").orElse("")).contains("text/html");
      // The page asks the API with the same filters.
      JsonNode events = server.json("/v1/events" + page.substring(page.indexOf('?')));
      List<String> ids = new ArrayList<>();
      events.path("events").forEach(event -> ids.add(event.path("id").asText()));
      assertThat(ids)
          .containsExactlyInAnyOrder(
              RunEvents.started(run).ref().id(),
              RunEvents.finished(run, new Ending("SUCCESS", Duration.ofSeconds(9), null))
                  .ref()
                  .id());
    }
  }
}
