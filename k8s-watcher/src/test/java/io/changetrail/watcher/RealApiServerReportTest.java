// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the last line of the tests says. */
class RealApiServerReportTest {
  private final RealApiServerReport report = new RealApiServerReport();

  @Test
  void C5_howManyTestsRanAgainstADoubleOrNotAtAllIsSaidAtTheEnd() {
    report.count(false, "");
    report.count(true, "");
    report.count(true, "expected 1, was 2");
    report.count(true, RealApiServerReport.ABSENT.formatted("no roles were tried"));
    report.count(false, "ABSENT: helm on the PATH");

    assertThat(report.text())
        .startsWith(
            "THE REAL API SERVER WAS NOT THERE: 2 tests ran against a double of it, 1 did not run.");
  }

  @Test
  void C5_nothingIsSaidWhereTheRealOneWasThere() {
    report.count(false, "");

    assertThat(report.text()).isEmpty();
  }
}
