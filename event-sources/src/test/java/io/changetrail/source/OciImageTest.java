// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OciImageTest {
  private static final String DIGEST =
      "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  @Test
  void aReferenceWithTagAndDigestIsNamedByBoth() {
    OciImage image = parse("ghcr.io/Acme/checkout:1.4.2@" + DIGEST);

    assertThat(image.repository()).isEqualTo("ghcr.io/Acme/checkout");
    assertThat(image.artifact().digest()).isEqualTo(DIGEST);
    assertThat(image.artifact().version()).isEqualTo("1.4.2");
    assertThat(image.purl())
        .isEqualTo(
            "pkg:oci/checkout@"
                + DIGEST.replace(":", "%3A")
                + "?repository_url=ghcr.io/acme/checkout&tag=1.4.2");
  }

  @Test
  void aPortIsNotATag() {
    OciImage image = parse("registry.example:5000/shop/checkout");

    assertThat(image.repository()).isEqualTo("registry.example:5000/shop/checkout");
    assertThat(image.tag()).isNull();
    assertThat(image.version()).isEqualTo("latest");
  }

  @Test
  void aShortNameIsAnImageToo() {
    assertThat(parse("nginx:1.27").name()).isEqualTo("nginx");
  }

  @Test
  void whatIsNoReferenceIsNoImage() {
    assertThat(OciImage.parse("not an image")).isEmpty();
    assertThat(OciImage.parse("")).isEmpty();
    assertThat(OciImage.parse(null)).isEmpty();
    assertThat(OciImage.parse("a/".repeat(5000))).isEmpty();
  }

  private static OciImage parse(String reference) {
    return OciImage.parse(reference).orElseThrow();
  }
}
