// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalsTest {
  @Test
  void O2_aCredentialOfOnesOwnIsRefusedWithTheReason() {
    assertThat(Refusals.noCredential("mine", "the folder team/shop", true))
        .contains("'mine'", "one of your own", "the folder team/shop");
    assertThat(Refusals.noCredential("gone", "Changetrail", false))
        .contains("no secret text with the id 'gone'", "Changetrail");
  }
}
