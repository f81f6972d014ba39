// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Queue;
import hudson.model.Run;
import io.changetrail.model.Outcome;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.jenkinsci.plugins.workflow.actions.ThreadNameAction;
import org.jenkinsci.plugins.workflow.flow.GraphListener;
import org.jenkinsci.plugins.workflow.graph.BlockEndNode;
import org.jenkinsci.plugins.workflow.graph.BlockStartNode;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jspecify.annotations.Nullable;

/** Is told of every stage of every Pipeline, after the Pipeline has gone on. */
@Extension(optional = true)
public class StageCapture implements GraphListener {
  private static final System.Logger LOG = System.getLogger(StageCapture.class.getName());

  @Override
  public void onNewHead(FlowNode node) {
    try {
      if (node instanceof BlockStartNode start) {
        begins(start);
      } else if (node instanceof BlockEndNode<?> end) {
        ends(end);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "a stage cannot be looked at", e);
    }
  }

  private static void begins(BlockStartNode node) throws IOException {
    String name = stage(node);
    Run<?, ?> run = name == null ? null : run(node);
    if (run != null && RunTrail.captures(run)) {
      StageDetection.begins(run, name, key(node), null);
    }
  }

  private static void ends(BlockEndNode<?> end) throws IOException {
    BlockStartNode start = end.getStartNode();
    Run<?, ?> run = stage(start) == null ? null : run(end);
    if (run != null) {
      StageDetection.ends(run, key(start), outcome(end.getError()));
    }
  }

  /** The name of the stage that a block is; {@code null} for branches of a parallel and others. */
  private static @Nullable String stage(FlowNode node) {
    LabelAction label = node.getAction(LabelAction.class);
    return label == null || label instanceof ThreadNameAction ? null : label.getDisplayName();
  }

  private static @Nullable Run<?, ?> run(FlowNode node) throws IOException {
    Queue.Executable executable = node.getExecution().getOwner().getExecutable();
    return executable instanceof Run<?, ?> run ? run : null;
  }

  private static String key(FlowNode node) {
    return "stage-" + node.getId();
  }

  static Outcome outcome(@Nullable ErrorAction error) {
    return error == null ? Outcome.SUCCESS : outcome(error.getError());
  }

  /** Only an interruption is an abort; a step that times out is one too. */
  private static Outcome outcome(Throwable error) {
    return error instanceof FlowInterruptedException interrupted
            && "ABORTED".equals(interrupted.getResult().toString())
        ? Outcome.ABORTED
        : Outcome.FAILURE;
  }
}
