// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.capture.Deployed;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.shipping.Trail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastDeployedTest {
  @TempDir private Path home;

  private LastDeployed afterARestart() {
    return new LastDeployed(new Trail(home, "controller").deployed());
  }

  private static Deployment to(String environment) {
    return new Deployment(
        "k",
        List.of("checkout"),
        environment,
        null,
        null,
        null,
        "deploy",
        null,
        null,
        Runs.STARTED,
        true);
  }

  @Test
  void C1_whatWasDeployedBeforeIsKnownAfterARestartWithoutAnyOldRun() {
    afterARestart().put(Runs.run(), to("prod"));

    assertThat(afterARestart().before(Runs.run(), to("prod")))
        .contains(new Deployed("https://github.com/acme/checkout", Runs.REVISION));
    assertThat(afterARestart().before(Runs.run(), to("staging"))).isEmpty();
  }

  @Test
  void C1_aDamagedFileMeansThatItIsNotKnown() throws Exception {
    afterARestart().put(Runs.run(), to("prod"));
    try (Stream<Path> files = Files.list(home.resolve("deployed"))) {
      for (Path file : files.toList()) {
        Files.writeString(file, "{\"tree\":");
      }
    }
    assertThat(afterARestart().before(Runs.run(), to("prod"))).isEmpty();
  }

  @Test
  void C1_aRunWithoutACheckoutLeavesWhatIsKnown() {
    afterARestart().put(Runs.run(), to("prod"));
    afterARestart().put(Runs.run().withCheckouts(List.of()), to("prod"));
    assertThat(afterARestart().before(Runs.run(), to("prod"))).isPresent();
  }
}
