// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.store.Field;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The conditions on events, as options: one for each {@link Field}, and a window of time. Values of
 * one option are alternatives; all options must hold.
 */
final class Filters {
  private final Map<Field, OptionSpec> options = new EnumMap<>(Field.class);

  @Option(names = "--from", paramLabel = "TIME", description = "Not before, for example -2h.")
  private @Nullable Instant from;

  @Option(names = "--to", paramLabel = "TIME", description = "Before, for example now.")
  private @Nullable Instant to;

  /** Gives a command the option of each field, beside those that are annotated here. */
  void addFieldsTo(CommandSpec command) {
    for (Field field : Field.values()) {
      OptionSpec option =
          OptionSpec.builder("--" + field.wireName().replace('_', '-'))
              .paramLabel("X")
              .arity("1")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .description(description(field))
              .build();
      options.put(field, option);
      command.addOption(option);
    }
  }

  /** The filters as the parameters of a request. */
  QueryString parameters() {
    QueryString parameters = new QueryString();
    parameters.with("from", from).with("to", to);
    options.forEach(
        (field, option) -> {
          List<String> values = option.getValue();
          parameters.withAll(field.wireName(), values == null ? List.of() : values);
        });
    return parameters;
  }

  private static String description(Field field) {
    return switch (field) {
      case SERVICE -> "Any name that the catalogue knows for it.";
      case ENVIRONMENT -> "For example prod; any name that the catalogue knows.";
      case REGION -> "Region of a target.";
      case CLUSTER -> "Kubernetes cluster of a target.";
      case NAMESPACE -> "Kubernetes namespace of a target.";
      case RESOURCE -> "KIND/NAME, for example feature_flag/new-checkout.";
      case KIND -> "For example deployment, config or feature_flag.";
      case PHASE -> "planned, started, progressed, finished or occurred.";
      case ACTION -> "For example deploy, rollback, update or delete.";
      case OUTCOME -> "success, failure, aborted, denied or unknown.";
      case ACTOR -> "Id of who did it, or of the one on whose behalf.";
      case SOURCE -> "Who reported it.";
      case REPOSITORY -> "Repository of the commit.";
      case REVISION -> "Commit; seven characters are enough.";
      case REF -> "Branch or tag.";
      case PULL_REQUEST -> "Number of the pull or merge request.";
      case PIPELINE -> "Job or workflow.";
      case BUILD -> "Run id of the build.";
      case DIGEST -> "Digest of the artifact.";
      case VERSION -> "Version of the artifact.";
      case TICKET -> "Ticket or approval.";
      case CHANGE -> "The source's own id of the whole change.";
      case TRACE -> "Trace id, 32 hex digits.";
      case REFERS_TO -> "\"SOURCE ID\" of an event that it amends, was caused by or rolls back.";
    };
  }
}
