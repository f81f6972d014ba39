// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.evaluation.Evaluation;
import io.changetrail.correlation.evaluation.Incident;
import io.changetrail.correlation.evaluation.Rate;
import io.changetrail.correlation.evaluation.Report;
import io.changetrail.correlation.evaluation.Variants;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the ranking on recorded incidents. */
@Command(
    name = "evaluate",
    header = "Measure how well causes are found, on recorded incidents whose cause is known.",
    description = {
      "",
      "DIR holds a folder for each incident: incident.json, series.csv.gz, events.ndjson and"
          + " truth.json. No server is asked. Simple rules stand beside the engine in the same"
          + " table; intervals are 95 % (Wilson).",
      ""
    },
    footer = {"", "Example:", "  changetrail evaluate incidents/ --details", ""})
final class Evaluate implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DIR", description = "The folders of the incidents.")
  private Path directory = Path.of("");

  @Option(
      names = "--details",
      description = "A line for each incident too: verdict, rank of the truth, what decided.")
  private boolean details;

  @Option(
      names = "--ablation",
      description = "Instead, what each factor is worth: all incidents without it.")
  private boolean ablation;

  @Option(
      names = "--cross-validate",
      arity = "0..1",
      fallbackValue = "100",
      paramLabel = "DRAWS",
      description =
          "Instead, how much rests on the engine's numbers: each varied by a factor of 1.3, all of"
              + " them at random so many times (100), and chosen without the fault that they are"
              + " judged on.")
  private int draws;

  Evaluate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Incident> incidents =
        IncidentFolder.in(directory).stream().map(IncidentFolder::read).toList();
    if (ablation || draws > 0) {
      new EvaluateVariants(session, new Variants(incidents)).print(ablation, draws);
      return ExitCodes.OK;
    }
    Evaluation evaluation = new Evaluation(new CorrelationEngine());
    incidents.forEach(evaluation::judge);
    Report report = evaluation.report();
    if (session.json()) {
      session.output().json(json(report));
      if (details) {
        report.details().forEach(one -> session.output().json(json(one)));
      }
    } else {
      if (details) {
        session.output().table(details(report));
        session.output().line("");
      }
      session.output().table(table(report));
      Rate falsely = report.falseAccusation();
      session
          .output()
          .line(
              "accused without a recorded cause: "
                  + String.format(Locale.ROOT, "%.0f of %d ", falsely.hits(), falsely.n())
                  + interval(falsely));
    }
    return ExitCodes.OK;
  }

  private static Table table(Report report) {
    Table table = new Table(0, "RULE", "N", "TOP-1", "", "TOP-3", "", "MRR", "ACCUSED");
    row(table, "changetrail", report.caused());
    row(table, "changetrail, where the cause shows", report.visible());
    report.baselines().forEach((name, ranks) -> row(table, name, ranks));
    return table;
  }

  private static void row(Table table, String name, Report.Ranks ranks) {
    table.row(
        List.of(
            Line.of(name),
            Line.of(Integer.toString(ranks.top1().n())),
            Line.of(two(ranks.top1().value()), Style.BOLD),
            Line.of(interval(ranks.top1())),
            Line.of(two(ranks.top3().value()), Style.BOLD),
            Line.of(interval(ranks.top3())),
            Line.of(two(ranks.mrr())),
            Line.of(two(ranks.accused().value()))));
  }

  private static String two(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }

  static String interval(Rate rate) {
    return "[" + two(rate.lower()) + ", " + two(rate.upper()) + "]";
  }

  private static Table details(Report report) {
    Table table = new Table(0, "INCIDENT", "VERDICT", "SCORE", "RANK OF THE CAUSE", "DECIDED BY");
    for (Report.Detail one : report.details()) {
      String rank =
          one.culprit() == null
              ? "none on record"
              : one.rank().isPresent() ? Integer.toString(one.rank().getAsInt()) : "not listed";
      String decidedBy = one.decidedBy();
      table.row(
          List.of(
              Line.of(one.id()),
              Line.of(one.verdict().wireName()),
              Line.of(two(one.score())),
              Line.of(one.culprit() != null && !one.visible() ? rank + " (does not show)" : rank),
              Line.of(decidedBy == null ? "" : decidedBy)));
    }
    return table;
  }

  private static ObjectNode json(Report report) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("incidents", report.incidents());
    ranks(json, report.caused());
    json.put("mrr", report.caused().mrr());
    json.put("falseAccusation", report.falseAccusation().value());
    ObjectNode visible = json.putObject("visible");
    visible.put("incidents", report.visible().top1().n());
    ranks(visible, report.visible());
    ObjectNode baselines = json.putObject("baselines");
    report.baselines().forEach((name, ranks) -> ranks(baselines.putObject(name), ranks));
    ObjectNode intervals = json.putObject("intervals");
    interval(intervals, "top1", report.caused().top1());
    interval(intervals, "top3", report.caused().top3());
    interval(intervals, "accused", report.caused().accused());
    interval(intervals, "falseAccusation", report.falseAccusation());
    interval(intervals, "visibleTop1", report.visible().top1());
    interval(intervals, "visibleTop3", report.visible().top3());
    return json;
  }

  private static void ranks(ObjectNode json, Report.Ranks ranks) {
    json.put("top1", ranks.top1().value());
    json.put("top3", ranks.top3().value());
  }

  private static void interval(ObjectNode json, String name, Rate rate) {
    json.putObject(name)
        .put("n", rate.n())
        .put("value", rate.value())
        .put("lower", rate.lower())
        .put("upper", rate.upper());
  }

  private static ObjectNode json(Report.Detail one) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", one.id());
    json.put("verdict", one.verdict().wireName());
    json.put("score", one.score());
    json.put("culprit", one.culprit());
    json.put("visible", one.visible());
    if (one.rank().isPresent()) {
      json.put("rank", one.rank().getAsInt());
    } else {
      json.putNull("rank");
    }
    json.put("decidedBy", one.decidedBy());
    return json;
  }
}
