// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The query language, as the words behind a command. */
final class Words {
  @Parameters(
      arity = "0..*",
      paramLabel = "WORD",
      description = {
        "Words that must all occur in summary, reason, diff or attributes (repl* for a beginning);",
        "path:spec.replicas and value:5 look inside diffs; service:checkout as in the options."
      })
  private List<String> words = new ArrayList<>();

  /** The parameter {@code q} of a request; {@code null} if there is no word. */
  @Nullable String q() {
    return words.isEmpty() ? null : String.join(" ", words);
  }
}
