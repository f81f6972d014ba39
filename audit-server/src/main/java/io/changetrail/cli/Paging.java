// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much of a long answer is wanted, and where it begins. */
final class Paging {
  /** What the server gives at most in one answer. */
  private static final int PAGE = 500;

  private final Session session;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "Stop after so many; ${DEFAULT-VALUE} unless given.")
  private int limit;

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "Go on where an earlier answer stopped.")
  private @Nullable String cursor;

  @Option(
      names = "--url",
      description = "Print a URL that gives this answer, to share; ask nothing.")
  private boolean urlOnly;

  Paging(Session session) {
    this.session = session;
  }

  /**
   * Asks for page after page until there is enough.
   *
   * @param list name of the list in the answer
   * @param one what to do with each entry
   * @param finish what to print, if anything came, before it is said whether there is more
   */
  void each(
      Remote remote,
      String path,
      QueryString parameters,
      String list,
      Consumer<JsonNode> one,
      Runnable finish) {
    if (limit < 1) {
      throw Failure.usage("--limit must be at least 1", null);
    }
    if (urlOnly) {
      parameters.with("limit", Math.min(limit, PAGE)).with("cursor", cursor);
      session.output().line(remote.address() + path + parameters);
      return;
    }
    AuditServer server = remote.connect();
    String next = cursor;
    int shown = 0;
    do {
      QueryString page = parameters.copy();
      page.with("limit", Math.min(limit - shown, PAGE)).with("cursor", next);
      JsonNode answer = server.get(path, page);
      for (JsonNode entry : answer.path(list)) {
        one.accept(entry);
        shown++;
      }
      next = answer.path("nextCursor").asText(null);
    } while (next != null && shown < limit && !session.output().isClosed());
    if (shown == 0) {
      session.output().note("none matches");
      return;
    }
    finish.run();
    if (next != null) {
      session
          .output()
          .note(
              Line.of(
                  "there are more: add --cursor " + next + ", or a higher --limit", Style.FAINT));
    }
  }
}
