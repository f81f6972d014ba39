// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.launchdarkly.LaunchDarklyMapper;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** What LaunchDarkly's audit-log webhook would have delivered. */
final class FlagFeed {
  private static final Template ENTRY = new Template("launchdarkly-entry");
  private static final Template FLAG = new Template("launchdarkly-flag");
  private static final int PER_PERCENT = 1000;

  private final LaunchDarklyMapper mapper = new LaunchDarklyMapper();
  private final LongSupplier ids;
  private final List<AuditEvent> events;

  FlagFeed(LongSupplier ids, List<AuditEvent> events) {
    this.ids = ids;
    this.events = events;
  }

  /** A boolean flag of a project. */
  record Flag(String project, String key, String environment) {}

  /**
   * Someone serves a flag to another share of the users.
   *
   * @param from percentage before; 0 is off
   * @param to percentage after
   * @param person first and last name
   */
  void served(Flag flag, int from, int to, String person, String comment, Instant at) {
    String[] names = person.split(" ", 2);
    long version = ids.getAsLong();
    events.addAll(
        mapper.map(
            ENTRY.fill(
                Map.ofEntries(
                    Map.entry("id", Long.toHexString(ids.getAsLong())),
                    Map.entry("project", flag.project()),
                    Map.entry("environment", flag.environment()),
                    Map.entry("key", flag.key()),
                    Map.entry("date", at.toEpochMilli()),
                    Map.entry("comment", comment),
                    Map.entry("email", names[0].toLowerCase(Locale.ROOT) + "@acme.example"),
                    Map.entry("first", names[0]),
                    Map.entry("last", names[1]),
                    Map.entry("before", version(flag, from, version - 1)),
                    Map.entry("after", version(flag, to, version))))));
  }

  private static ObjectNode version(Flag flag, int percentage, long version) {
    return FLAG.fill(
        Map.of(
            "key",
            flag.key(),
            "environment",
            flag.environment(),
            "on",
            percentage > 0,
            "version",
            version,
            "weight",
            percentage * PER_PERCENT,
            "rest",
            (100 - percentage) * PER_PERCENT));
  }
}
