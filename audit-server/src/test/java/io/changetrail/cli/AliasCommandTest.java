// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.server.RunningServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a name stands for, said by command. */
class AliasCommandTest {
  @TempDir private Path data;

  @Test
  void aNameIsMappedUntilThatIsRemoved() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      Terminal terminal = Terminal.at(server.address());
      assertThat(
              terminal
                  .run("emit", "--service=checkout", "--environment=prod", "--summary=x")
                  .succeeded()
                  .exitCode())
          .isZero();
      Terminal.Result said = terminal.run("alias", "add", "--environment", "prod", "production");
      assertThat(said.exitCode()).isEqualTo(ExitCodes.REFUSED);
      assertThat(said.err()).contains("neither in the catalogue nor named by any event");

      assertThat(terminal.run("alias", "add", "checkout").succeeded().err())
          .contains("checkout is checkout");
      assertThat(terminal.run("alias", "list").succeeded().out().lines())
          .anyMatch(line -> line.matches("service +checkout +checkout +development +\\S+ +yes"));
      assertThat(terminal.run("unmapped", "--from=-2h").out())
          .doesNotContainPattern("service +checkout ");
      assertThat(terminal.run("alias", "remove", "checkout").succeeded().err())
          .contains("stands for itself again");
      assertThat(terminal.run("alias", "remove", "checkout").exitCode())
          .isEqualTo(ExitCodes.REFUSED);
      assertThat(terminal.run("alias", "list").succeeded().err()).contains("nothing was said");
    }
  }
}
