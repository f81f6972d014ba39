// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import io.changetrail.action.shipping.Shipment;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** What the summary of the job says, in Markdown. Everything captured is hostile text here. */
final class JobSummary {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  /** A summary holds 1 MiB, of which other steps want some. */
  private static final int MOST_UNSENT = 256 << 10;

  private JobSummary() {}

  static String of(List<AuditEvent> recorded, Shipment shipment, URI server, List<String> notes) {
    StringBuilder text = new StringBuilder("### Changetrail\n\n");
    if (!recorded.isEmpty()) {
      text.append("| recorded | commit | by |\n| --- | --- | --- |\n");
      recorded.forEach(event -> text.append(row(event, server)));
      text.append('\n');
    }
    notes.forEach(note -> text.append("> ").append(plain(note)).append("\n>\n"));
    if (!shipment.isComplete()) {
      text.append(unsent(shipment, server));
    }
    return text.toString();
  }

  private static String row(AuditEvent event, URI server) {
    String summary = plain(event.change().summary());
    String service =
        event.targets().stream()
            .flatMap(target -> target.serviceName().stream())
            .findFirst()
            .orElse("");
    String revision =
        event.provenance().commit().map(vcs -> String.valueOf(vcs.revision())).orElse("");
    return "| ["
        + summary
        + "]("
        + base(server)
        + "/timeline?service="
        + URLEncoder.encode(service, StandardCharsets.UTF_8)
        + ") | "
        + plain(revision.substring(0, Math.min(12, revision.length())))
        + " | "
        + plain(event.actor().id())
        + event.principal().map(person -> " for " + plain(person.id())).orElse("")
        + " |\n";
  }

  private static String unsent(Shipment shipment, URI server) {
    String lines = lines(shipment.unsent());
    String count = shipment.unsent().size() == 1 ? "1 event" : shipment.unsent().size() + " events";
    String why = shipment.trouble() == null ? "" : ": " + plain(shipment.trouble());
    String intro =
        (shipment.refused() == 0
                ? "**The server does not have " + count + "**" + why + "."
                : "**The server does not have "
                    + count
                    + ", of which it refused "
                    + shipment.refused()
                    + "**"
                    + why
                    + ". The log of this job says why.")
            + " Save them as `unsent.ndjson` and send them with\n\n```sh\nchangetrail ship --server "
            + base(server)
            + " --token-file FILE --spool spool unsent.ndjson\n```\n\n";
    if (lines.length() > MOST_UNSENT) {
      return intro + "They are too large to be shown here; the output `unsent` has them.\n";
    }
    return intro
        + "<details><summary>unsent.ndjson</summary>\n\n"
        + fence(lines)
        + "json\n"
        + lines
        + fence(lines)
        + "\n\n</details>\n";
  }

  /** Longer than any run of backticks in the text, so that no text ends its block. */
  private static String fence(String text) {
    int longest = 2;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return "`".repeat(longest + 1);
  }

  /** One CloudEvent per line. */
  static String lines(List<AuditEvent> events) {
    return events.stream()
        .map(event -> new String(CODEC.encode(event), StandardCharsets.UTF_8) + "\n")
        .collect(Collectors.joining());
  }

  private static String base(URI server) {
    return server.toString().replaceAll("/+$", "");
  }

  /** Text that means nothing to Markdown or HTML, on one line. */
  private static String plain(String text) {
    return text.replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("([\\\\`*_{}\\[\\]()#+!|~@:])", "\\\\$1");
  }
}
