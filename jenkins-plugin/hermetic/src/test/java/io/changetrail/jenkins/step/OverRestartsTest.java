// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import hudson.model.TaskListener;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.run.OpenDeployment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a Pipeline keeps of a step in its file, and what a step does when it is read again. */
class OverRestartsTest {

  /** Of a Pipeline that notes what it is told. */
  private static final class Context extends StepContext {
    private static final long serialVersionUID = 1L;

    private final transient ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final List<String> told = new ArrayList<>();
    private final boolean broken;

    Context(boolean broken) {
      this.broken = broken;
    }

    @Override
    public <T> @Nullable T get(Class<T> key) throws IOException {
      if (broken) {
        throw new IOException("the run is gone");
      }
      TaskListener listener = () -> new PrintStream(log, true, StandardCharsets.UTF_8);
      return key == TaskListener.class ? key.cast(listener) : null;
    }

    @Override
    public void onSuccess(@Nullable Object result) {
      told.add("success");
    }

    @Override
    public void onFailure(Throwable failure) {
      told.add("failure");
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setResult(Result result) {
      told.add("result");
    }

    @Override
    public BodyInvoker newBodyInvoker() {
      throw new IllegalStateException("there is no body");
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  private static Object written(Object object) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void T2_aRestartInTheMomentOfAStepFailsNoPipeline() {
    Context context = new Context(false);
    OnceExecution.resumed(context, "auditEvent");
    assertThat(context.told).containsExactly("success");
    assertThat(context.log.toString(StandardCharsets.UTF_8))
        .contains("[changetrail] auditEvent: Jenkins was restarted");

    Context broken = new Context(true);
    OnceExecution.resumed(broken, "auditEvent");
    assertThat(broken.told).containsExactly("success");
  }

  @Test
  void C10_whatAPipelineKeepsOfAStepCanBeWritten() throws Exception {
    assertThat(written(new OnceExecution(new Context(false), "auditEvent", (run, context) -> {})))
        .isInstanceOf(OnceExecution.class);
    Deployment deployment =
        new Deployment(
            "step-7",
            List.of("checkout", "payments"),
            "prod",
            "ghcr.io/acme/checkout:1.4.2",
            null,
            "Ship it",
            "deploy",
            null,
            "OPS-1",
            Instant.parse("2026-01-14T02:01:07Z"),
            true);
    assertThat(((OpenDeployment) written(new OpenDeployment(deployment))).deployment())
        .isEqualTo(deployment);
  }
}
