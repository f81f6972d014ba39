// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.evaluation.Rate;
import io.changetrail.correlation.evaluation.Variants;
import io.changetrail.correlation.evaluation.Variants.CrossValidation;
import io.changetrail.correlation.evaluation.Variants.Measured;
import java.util.List;
import java.util.Locale;

/** Prints how the ranking fares with engines that differ from the one in use. */
record EvaluateVariants(Session session, Variants variants) {
  private static final long SEED = 1;

  void print(boolean ablation, int draws) {
    if (ablation) {
      Table table = table("LEFT OUT");
      for (Measured one : variants.withoutEach(CorrelationEngine.FACTORS)) {
        row(table, "ablation", one.name().isEmpty() ? "nothing" : one.name(), one);
      }
      done(table);
    }
    if (draws > 0) {
      Table table = table("NUMBER");
      List<Measured> smaller = variants.scaled(1 / Variants.FACTOR);
      List<Measured> larger = variants.scaled(Variants.FACTOR);
      for (int i = 0; i < smaller.size(); i++) {
        row(table, "smaller", smaller.get(i).name() + " smaller", smaller.get(i));
        row(table, "larger", larger.get(i).name() + " larger", larger.get(i));
      }
      CrossValidation all = variants.crossValidated(draws, SEED);
      row(table, "all", "all as they are", all.usual());
      row(table, "all", "all at random, median of " + all.draws(), all.median());
      row(table, "all", "all at random, worst of " + all.draws(), all.worst());
      row(table, "all", "chosen without the group, of " + all.groups(), all.heldOut());
      done(table);
    }
  }

  private static Table table(String what) {
    return new Table(0, what, "TOP-1", "", "TOP-3", "", "ACCUSED", "FALSELY", "");
  }

  private void done(Table table) {
    if (!session.json()) {
      session.output().table(table);
    }
  }

  private void row(Table table, String group, String name, Measured measured) {
    if (session.json()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("table", group).put("name", name);
      json.put("top1", measured.first().value()).put("top3", measured.amongThree().value());
      json.put("accused", measured.accused().value());
      json.put("falseAccusation", measured.falselyAccused().value());
      json.put("n", measured.first().n()).put("nWithoutCause", measured.falselyAccused().n());
      session.output().json(json);
      return;
    }
    table.row(
        List.of(
            Line.of(name),
            Line.of(two(measured.first().value()), Style.BOLD),
            Line.of(Evaluate.interval(measured.first())),
            Line.of(two(measured.amongThree().value()), Style.BOLD),
            Line.of(Evaluate.interval(measured.amongThree())),
            Line.of(two(measured.accused().value())),
            Line.of(count(measured.falselyAccused())),
            Line.of(Evaluate.interval(measured.falselyAccused()))));
  }

  private static String count(Rate rate) {
    return String.format(Locale.ROOT, "%.0f of %d", rate.hits(), rate.n());
  }

  private static String two(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
