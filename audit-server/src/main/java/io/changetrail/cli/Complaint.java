// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.catalogue.InvalidCatalogueException;
import io.changetrail.server.config.InvalidConfigException;
import io.changetrail.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a failed command tells: what was wrong and what to do, on the error stream.
 *
 * @param problem the RFC 9457 problem that the server sent, if it was the server
 */
record Complaint(
    int exitCode,
    String what,
    @Nullable String remedy,
    @Nullable JsonNode problem,
    Exception cause) {

  static Complaint about(Exception failed) {
    if (failed instanceof Failure failure) {
      return new Complaint(
          failure.exitCode(),
          String.valueOf(failure.getMessage()),
          failure.remedy(),
          failure.problem(),
          failure);
    }
    if (failed instanceof ParameterException wrong) {
      return new Complaint(ExitCodes.USAGE, message(wrong), remedy(wrong), null, wrong);
    }
    if (failed instanceof InvalidEventException invalid) {
      return new Complaint(
          ExitCodes.USAGE, String.valueOf(invalid.getMessage()), null, null, invalid);
    }
    if (failed instanceof StoreException store) {
      return new Complaint(
          ExitCodes.REFUSED, String.valueOf(store.getMessage()), null, null, store);
    }
    if (failed instanceof InvalidConfigException
        || failed instanceof InvalidCatalogueException
        || failed instanceof IllegalStateException) {
      return new Complaint(
          ExitCodes.USAGE, String.valueOf(failed.getMessage()), null, null, failed);
    }
    if (failed instanceof IOException || failed instanceof UncheckedIOException) {
      return new Complaint(
          ExitCodes.REFUSED, String.valueOf(failed.getMessage()), null, null, failed);
    }
    return new Complaint(
        ExitCodes.REFUSED,
        "this should not have happened: " + failed,
        "run it again with --verbose and report what it prints",
        null,
        failed);
  }

  /** Of what picocli does not know only the first, without its value: that might be a token. */
  private static String message(ParameterException wrong) {
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      int equals = first.indexOf('=');
      return first.startsWith("-")
          ? "there is no option " + (equals < 0 ? first : first.substring(0, equals))
          : "'" + first + "' is one argument too many";
    }
    return String.valueOf(wrong.getMessage());
  }

  private static String remedy(ParameterException wrong) {
    String help = "see `" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help`";
    List<String> near =
        wrong instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return near.isEmpty() ? help : "did you mean " + String.join(" or ", near) + "? " + help;
  }

  void print(Session session) {
    Output output = session.output();
    if (session.json()) {
      output.note(Output.compact(json()));
    } else {
      output.note(Line.of("changetrail: ", Style.RED).and(what));
      if (remedy != null) {
        output.note(Line.of("  → ").and(remedy));
      }
    }
    if (session.verbose()) {
      StringWriter trace = new StringWriter();
      cause.printStackTrace(new PrintWriter(trace, true));
      trace.toString().lines().forEach(output::note);
    }
  }

  private ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ObjectNode error = node.putObject("error");
    error.put("exitCode", exitCode);
    error.put("detail", what);
    if (remedy != null) {
      error.put("remedy", remedy);
    }
    if (problem != null) {
      error.set("problem", problem);
    }
    return node;
  }
}
