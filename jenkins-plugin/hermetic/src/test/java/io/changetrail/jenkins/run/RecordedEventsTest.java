// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.DeploymentEvents;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.model.Outcome;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordedEventsTest {

  private static Deployment deployment(String key, boolean declared) {
    return new Deployment(
        key,
        List.of(declared ? "checkout" : "acme/checkout"),
        "prod",
        null,
        null,
        "Deploy",
        "deploy",
        null,
        null,
        Instant.parse("2026-01-14T02:01:07Z"),
        declared);
  }

  /** As Jenkins does it: the fields of what replaces the object, without its lock. */
  private static Iterator<?> walk(Object written) throws ReflectiveOperationException {
    for (Field field : written.getClass().getDeclaredFields()) {
      if (field.getName().equals("open") && !Modifier.isTransient(field.getModifiers())) {
        field.setAccessible(true);
        return ((List<?>) field.get(written)).iterator();
      }
    }
    throw new AssertionError("what is open is not kept");
  }

  @Test
  void C3_aStageThatBeginsWhileTheRunIsSavedDisturbsNothing() throws Exception {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    recorded.opened(deployment("stage-1", false));
    Iterator<?> written = walk(recorded.writeReplace());
    recorded.opened(deployment("stage-2", false));

    assertThat(written).toIterable().hasSize(1);
    assertThat(recorded.open()).hasSize(2);
  }

  /** As Jenkins reads it: what the file does not have is null, whatever a constructor does. */
  private static RecordedEvents readAgain(RecordedEvents written, String... absent)
      throws ReflectiveOperationException {
    RecordedEvents read = (RecordedEvents) written.writeReplace();
    for (String name : absent) {
      Field field = RecordedEvents.class.getDeclaredField(name);
      field.setAccessible(true);
      field.set(read, null);
    }
    return (RecordedEvents) read.readResolve();
  }

  @Test
  void C1_nodesAndCheckoutsOfARunAreKeptWithIt() throws Exception {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    Checkout svn = new Checkout("https://svn.acme.example/shop", "4711", "trunk", null, List.of());
    assertThat(recorded.checkedOut(List.of(svn))).as("worth saving").isTrue();
    assertThat(recorded.checkedOut(List.of(svn))).isFalse();
    assertThat(recorded.runsOn("")).isTrue();
    assertThat(recorded.runsOn("linux-agent-3")).isTrue();
    assertThat(recorded.runsOn("")).isFalse();

    RecordedEvents read = readAgain(recorded);
    assertThat(read.checkedOut()).containsExactly(svn);
    assertThat(read.nodes()).containsExactly("built-in", "linux-agent-3");
  }

  @Test
  void C1_aRunIsKnownByTheNameThatItsJobHadThoughItIsRenamed() throws Exception {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    recorded.add(RunEvents.started(Runs.run()));
    assertThat(readAgain(recorded).job()).isEqualTo("payments/checkout/main");
  }

  @Test
  void whatAnEarlierVersionWroteIsRead() throws Exception {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    recorded.opened(deployment("stage-1", false));
    RecordedEvents read = readAgain(recorded, "checkedOut", "nodes", "job");
    assertThat(read.open()).hasSize(1);
    assertThat(read.checkedOut()).isEmpty();
    assertThat(read.nodes()).isEmpty();
    assertThat(read.job()).isNull();
  }

  @Test
  void U5_theRunKeepsWhatWasRecordedOfItAndShowsHowItsDeploymentsEnded() {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    Deployment deployment = deployment("step-1", true);
    recorded.add(RunEvents.started(Runs.run()));
    recorded.add(DeploymentEvents.started(Runs.run(), deployment));
    recorded.add(
        DeploymentEvents.finished(
            Runs.run(), deployment, deployment.started().plusSeconds(9), Outcome.FAILURE));

    assertThat(recorded.getEntries())
        .extracting(RecordedEvents.Entry::getId)
        .containsExactly(
            RunEvents.started(Runs.run()).ref().id(),
            DeploymentEvents.startedRef(Runs.run(), deployment).id(),
            DeploymentEvents.finished(
                    Runs.run(), deployment, deployment.started().plusSeconds(9), Outcome.FAILURE)
                .ref()
                .id());
    assertThat(recorded.getEntries())
        .extracting(RecordedEvents.Entry::getSource)
        .containsOnly(Runs.CONTROLLER.source());
    assertThat(recorded.getDeployments())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getPhase()).isEqualTo("failure");
              assertThat(entry.getSummary()).endsWith("to prod: failure");
            });
  }

  @Test
  void C3_aDeclaredDeploymentTakesTheDetectedOneOverAndASecondDoesNot() {
    RecordedEvents recorded = new RecordedEvents("payments/checkout/main");
    recorded.opened(deployment("stage-1", false));

    assertThat(recorded.adopted(deployment("step-2", true)).map(Deployment::key))
        .contains("stage-1");
    assertThat(recorded.open()).singleElement().extracting(Deployment::declared).isEqualTo(true);
    assertThat(recorded.adopted(deployment("step-3", true))).isEmpty();
  }
}
