// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.Fixture;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from a notification. */
class AlertGroupTest {
  private final JsonNode firing = Fixture.read("alertmanager/firing.json");

  @Test
  void I1_aNotificationTellsItsGroupItsAlertsAndTheirExpression() {
    AlertGroup group = AlertGroup.read(firing);

    assertThat(group.key()).isEqualTo("{}/{severity=\"page\"}:{alertname=\"HighErrorRate\"}");
    assertThat(group.isFiring()).isTrue();
    assertThat(group.start()).isEqualTo(Instant.parse("2026-11-24T02:08:12.345Z"));
    assertThat(group.end()).isEmpty();
    assertThat(group.summary()).isEqualTo("checkout answers 9 % of its requests with errors");
    assertThat(group.alerts().get(0).labels()).containsEntry("service", "checkout");
    assertThat(AlertExpression.ofGeneratorUrl(group.alerts().get(0).generatorUrl()))
        .contains(
            "sum by (service, environment)"
                + " (rate(http_requests_total{code=~\"5..\"}[2m])) / sum by (service, environment)"
                + " (rate(http_requests_total[2m])) > 0.05");
  }

  @Test
  void I1_aGroupEndsWithItsLastAlert() {
    AlertGroup group = AlertGroup.read(Fixture.read("alertmanager/resolved.json"));

    assertThat(group.isFiring()).isFalse();
    assertThat(group.end()).contains(Instant.parse("2026-11-24T02:36:12.345Z"));
  }

  @Test
  void I1_anotherFormIsRefusedWithTheFieldNamed() {
    ObjectNode old = firing.deepCopy();
    old.put("version", "3");
    ObjectNode empty = firing.deepCopy();
    empty.putArray("alerts");
    ObjectNode timeless = firing.deepCopy();
    ((ObjectNode) timeless.at("/alerts/0")).put("startsAt", "0001-01-01T00:00:00Z");

    assertThatThrownBy(() -> AlertGroup.read(old))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("version");
    assertThatThrownBy(() -> AlertGroup.read(empty)).hasMessageContaining("alerts");
    assertThatThrownBy(() -> AlertGroup.read(timeless)).hasMessageContaining("startsAt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "rate(errors[5m]) > 0.05|rate(errors[5m])",
        "(rate(errors[5m])) >= bool 1|rate(errors[5m])",
        "0.05 < rate(errors[5m])|rate(errors[5m])",
        "a / b > 1e-3 * 2|a / b",
        "up == 0|up",
        "rate(e{path!=\"/a>b\"}[5m]) > 1 and on(job) up|rate(e{path!=\"/a>b\"}[5m])",
        "(a > 1 or b > 2)|a",
        "sum(a > 5)|sum(a > 5)",
        "a{x='\\'>'} < b|a{x='\\'>'}",
        "absent(up{job=\"x\"})|absent(up{job=\"x\"})",
        "land_total > 3|land_total",
        "x:order:rate5m unless y|x:order:rate5m",
        "(((|(((",
        ">|>",
      })
  void I1_whatIsMeasuredIsTheExpressionWithoutItsThreshold(String expression, String measured) {
    assertThat(AlertExpression.measured(expression)).isEqualTo(measured);
  }

  @ParameterizedTest
  @CsvSource({
    "a > 1, false",
    "1 > a, true",
    "a <= bool 0.99, true",
    "(0.99 <= a), false",
    "a < 1 or b > 2, true",
    "a == 0,",
    "absent(a),",
  })
  void I1_whetherAnAlertFiresBelowOrAboveIsReadOffItsComparison(String expression, Boolean below) {
    assertThat(AlertExpression.firesBelow(expression)).isEqualTo(Optional.ofNullable(below));
  }

  @ParameterizedTest
  @CsvSource({
    "5m, PT5M",
    "1h30m, PT1H30M",
    "2w1d, PT360H",
    "90s, PT1M30S",
    "0s,",
    "'',",
    "five minutes,",
    "PT5M,",
    "-5m,",
    "5m extra,",
    "99999999999999999999m,",
  })
  void I1_theAnnotationForTellsHowLongTheConditionHadHeld(String told, Duration held) {
    ObjectNode annotated = firing.deepCopy();
    ((ObjectNode) annotated.at("/alerts/0/annotations")).put("for", told);

    assertThat(AlertGroup.read(annotated).pending()).isEqualTo(Optional.ofNullable(held));
  }

  @Test
  void I1_aUrlWithoutAnExpressionHasNone() {
    assertThat(AlertExpression.ofGeneratorUrl("http://grafana/alerting/x/view?orgId=1")).isEmpty();
    assertThat(AlertExpression.ofGeneratorUrl("http://p/graph?g0.expr=%zz")).isEmpty();
    assertThat(AlertExpression.ofGeneratorUrl("http://p/graph?g0.expr=&g0.tab=1")).isEmpty();
    assertThat(AlertExpression.ofGeneratorUrl("nothing")).isEmpty();
    assertThat(AlertExpression.authority("http://prom:9090/graph?g0.expr=a b"))
        .contains("prom:9090");
    assertThat(AlertExpression.authority("nothing")).isEqualTo(Optional.empty());
  }
}
