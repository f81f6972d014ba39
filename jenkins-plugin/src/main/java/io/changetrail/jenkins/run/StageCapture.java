// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Queue;
import hudson.model.Run;
import io.changetrail.jenkins.capture.StageEnding;
import io.changetrail.model.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.jenkinsci.plugins.workflow.actions.TagsAction;
import org.jenkinsci.plugins.workflow.actions.ThreadNameAction;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.actions.WorkspaceAction;
import org.jenkinsci.plugins.workflow.flow.GraphListener;
import org.jenkinsci.plugins.workflow.graph.BlockEndNode;
import org.jenkinsci.plugins.workflow.graph.BlockStartNode;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jspecify.annotations.Nullable;

/** Is told of every stage and node of every Pipeline, after the Pipeline has gone on. */
@Extension(optional = true)
public class StageCapture implements GraphListener {
  private static final System.Logger LOG = System.getLogger(StageCapture.class.getName());
  private static final int MOST_NODES = 10_000;

  @Override
  public void onNewHead(FlowNode node) {
    try {
      if (node instanceof BlockStartNode start) {
        runsOn(start);
        begins(start);
      } else if (node instanceof BlockEndNode<?> end) {
        ends(end);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "a stage cannot be looked at", e);
    }
  }

  /** A step that gives its block a workspace has noted the node when the block begins. */
  private static void runsOn(BlockStartNode block) throws IOException {
    for (FlowNode step : block.getParents()) {
      WorkspaceAction workspace = step.getPersistentAction(WorkspaceAction.class);
      Run<?, ?> run = workspace == null ? null : run(block);
      if (workspace != null
          && run != null
          && RunTrail.captures(run)
          && RecordedEvents.of(run).runsOn(workspace.getNode())) {
        RunTrail.saveSoon(run);
      }
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
      ends(run, end, start);
    }
  }

  private static void ends(Run<?, ?> run, BlockEndNode<?> end, BlockStartNode start) {
    String key = key(start);
    // Only then, because it walks over everything in the stage.
    if (RunTrail.open(run, key).isPresent()) {
      StageDetection.ends(run, key, outcome(end, start));
    }
  }

  /** How a stage ended. */
  static Outcome outcome(BlockEndNode<?> end, BlockStartNode start) {
    ErrorAction error = end.getError();
    return new StageEnding(
            error == null ? null : result(error.getError()),
            TagsAction.getTagValue(start, "STAGE_STATUS"),
            warnings(end, start))
        .outcome();
  }

  private static List<String> warnings(BlockEndNode<?> end, BlockStartNode start) {
    List<String> warnings = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<FlowNode> todo = new ArrayDeque<>(List.<FlowNode>of(end));
    while (!todo.isEmpty() && seen.size() < MOST_NODES) {
      FlowNode node = todo.remove();
      if (seen.add(node.getId())) {
        WarningAction warning = node.getPersistentAction(WarningAction.class);
        if (warning != null) {
          warnings.add(warning.getResult().toString());
        }
        if (!node.getId().equals(start.getId())) {
          todo.addAll(node.getParents());
        }
      }
    }
    return warnings;
  }

  /** The name of the stage that a block is; {@code null} for branches of a parallel and others. */
  static @Nullable String stage(FlowNode node) {
    LabelAction label = node.getAction(LabelAction.class);
    return label == null || label instanceof ThreadNameAction ? null : label.getDisplayName();
  }

  private static @Nullable Run<?, ?> run(FlowNode node) throws IOException {
    Queue.Executable executable = node.getExecution().getOwner().getExecutable();
    return executable instanceof Run<?, ?> run ? run : null;
  }

  static String key(FlowNode node) {
    return "stage-" + node.getId();
  }

  /** How an error ends what it ends. */
  public static Outcome outcome(Throwable error) {
    return new StageEnding(result(error), null, List.of()).outcome();
  }

  /** Only an interruption is an abort; a step that times out is one too. */
  private static String result(Throwable error) {
    return error instanceof FlowInterruptedException interrupted
        ? interrupted.getResult().toString()
        : "FAILURE";
  }
}
