// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import io.changetrail.jenkins.capture.History;
import io.changetrail.jenkins.capture.RunFacts;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.actions.TimingAction;
import org.jenkinsci.plugins.workflow.actions.WorkspaceAction;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.graph.BlockEndNode;
import org.jenkinsci.plugins.workflow.graph.BlockStartNode;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;

/** What Pipelines keep of the stages and the nodes that they had. */
@Extension(optional = true)
public class StageHistory extends RunDetails {
  private static final System.Logger LOG = System.getLogger(StageHistory.class.getName());

  @Override
  List<History.Stage> stages(Run<?, ?> run) {
    return stages(flow(run));
  }

  /** A step that gives a block a workspace notes the node. */
  @Override
  List<String> nodes(Run<?, ?> run) {
    // The newest come first.
    List<String> nodes = new ArrayList<>();
    for (FlowNode node : flow(run)) {
      WorkspaceAction workspace = node.getPersistentAction(WorkspaceAction.class);
      if (workspace != null) {
        nodes.add(0, RunFacts.node(workspace.getNode()));
      }
    }
    return nodes.stream().distinct().toList();
  }

  private static List<FlowNode> flow(Run<?, ?> run) {
    if (run instanceof FlowExecutionOwner.Executable pipeline) {
      FlowExecutionOwner owner = pipeline.asFlowExecutionOwner();
      try {
        return owner == null ? List.of() : new DepthFirstScanner().allNodes(owner.get());
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "the stages of a run are not kept", e);
      }
    }
    return List.of();
  }

  private static List<History.Stage> stages(List<FlowNode> flow) {
    List<History.Stage> stages = new ArrayList<>();
    for (FlowNode node : flow) {
      if (node instanceof BlockEndNode<?> end) {
        BlockStartNode start = end.getStartNode();
        String name = StageCapture.stage(start);
        if (name != null) {
          stages.add(
              new History.Stage(
                  name,
                  StageCapture.key(start),
                  Instant.ofEpochMilli(TimingAction.getStartTime(start)),
                  Instant.ofEpochMilli(TimingAction.getStartTime(end)),
                  StageCapture.outcome(end, start)));
        }
      }
    }
    return stages;
  }
}
