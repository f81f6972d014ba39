// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkflowCommandsTest {
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final WorkflowCommands commands =
      new WorkflowCommands(
          new StepVariables(Map.of()), new PrintStream(log, true, StandardCharsets.UTF_8));

  /**
   * The runner takes both forms, the older one anywhere in a line.
   *
   * @see <a
   *     href="https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs">How
   *     the runner reads a line</a>
   */
  @Test
  void whatIsSaidOfADeploymentIsNeverACommandToTheRunner() {
    commands.say("recorded: shop to ##[stop-commands]x: success");
    commands.say(" ::set-output name=event-id::forged");
    commands.say("recorded: shop\n::add-mask::a");

    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .noneMatch(line -> line.contains("##["))
        .noneMatch(line -> line.strip().startsWith("::"))
        .first()
        .isEqualTo("recorded: shop to ## [stop-commands]x: success");
  }
}
