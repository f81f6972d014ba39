// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a shipper fares at one moment; counters count from its opening.
 *
 * @param shipped events that were handed over and are in the spool
 * @param failed events that could not be spooled at all; their numbers are declared as lost
 * @param spoolBytes on disk
 * @param trouble what keeps events from reaching the disk, or from staying there if the machine
 *     goes down; {@code null} if nothing does
 */
public record ShipperMetrics(
    long shipped,
    long failed,
    long spoolBytes,
    @Nullable String trouble,
    List<ForDestination> destinations) {
  private static final String PREFIX = "changetrail_shipper_";

  public ShipperMetrics {
    destinations = List.copyOf(destinations);
  }

  /**
   * How one destination fares.
   *
   * @param depth events that are still to be sent
   * @param sent events that the destination has
   * @param retried requests that failed and were or will be made again
   * @param lost events that were in the spool and went before they were sent, or were refused; the
   *     destination is told their numbers. Those that {@code failed} are not among them
   * @param parked events that lie in the dead letters now
   * @param oldestAge how long ago the oldest that is still to be sent was handed over; {@code null}
   *     if there is none
   * @param trouble what keeps it from being sent; {@code null} if nothing does
   */
  public record ForDestination(
      String name,
      long depth,
      long sent,
      long retried,
      long lost,
      long parked,
      @Nullable Duration oldestAge,
      @Nullable String trouble) {}

  /**
   * All of it in the text format of Prometheus, version 0.0.4, for a host that exposes metrics of
   * its own: every host tells it under the same names.
   *
   * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition
   *     formats</a>
   */
  public String prometheusText() {
    StringBuilder text = new StringBuilder();
    one(text, "spooled_events_total", "counter", "Events that were taken into the spool", shipped);
    one(text, "failed_events_total", "counter", "Events that could not be spooled", failed);
    one(text, "spool_bytes", "gauge", "Size of the spool on disk", spoolBytes);
    one(text, "spool_writable", "gauge", "1 while the disk takes events", up(trouble));
    each(
        text, "sent_events_total", "counter", "Events that the destination has", each -> each.sent);
    each(text, "waiting_events", "gauge", "Events that are still to be sent", each -> each.depth);
    each(
        text,
        "oldest_waiting_seconds",
        "gauge",
        "How long the oldest of them waits",
        each -> each.oldestAge == null ? 0 : each.oldestAge.toMillis() / 1000.0);
    each(
        text,
        "retried_requests_total",
        "counter",
        "Requests that failed and are made again",
        each -> each.retried);
    each(
        text,
        "lost_events_total",
        "counter",
        "Events that failed, went before they were sent, or were refused",
        each -> failed + each.lost);
    each(text, "dead_letters", "gauge", "Refused events kept for a replay", each -> each.parked);
    each(
        text,
        "destination_up",
        "gauge",
        "1 while the destination takes events",
        each -> up(each.trouble));
    return text.toString();
  }

  private static int up(@Nullable String trouble) {
    return trouble == null ? 1 : 0;
  }

  private static void one(StringBuilder text, String name, String type, String help, Number value) {
    head(text, name, type, help);
    text.append(PREFIX).append(name).append(' ').append(value).append('\n');
  }

  private void each(
      StringBuilder text,
      String name,
      String type,
      String help,
      Function<ForDestination, Number> value) {
    head(text, name, type, help);
    for (ForDestination destination : destinations) {
      String label =
          destination.name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      text.append(PREFIX).append(name).append("{destination=\"").append(label).append("\"} ");
      text.append(value.apply(destination)).append('\n');
    }
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(PREFIX).append(name).append(' ').append(type).append('\n');
  }
}
