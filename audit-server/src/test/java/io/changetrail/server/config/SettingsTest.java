// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where settings come from, and what becomes of wrong ones. */
class SettingsTest {
  @TempDir private Path directory;

  private Path file(String yaml) throws Exception {
    return Files.writeString(directory.resolve("server.yaml"), yaml);
  }

  @Test
  void O2_theEnvironmentOutweighsTheFileAndAFlagOutweighsBoth() throws Exception {
    Settings settings =
        new Settings()
            .withFile(file("listen: {port: 1001, host: 127.0.0.2}\nretention: {keep: P30D}\n"))
            .withEnvironment(
                Map.of("CHANGETRAIL_LISTEN_PORT", "1002", "CHANGETRAIL_RETENTION_KEEP", "P60D"))
            .with("listen.port", "1003", "--port");

    assertThat(settings.config().listen().port()).isEqualTo(1003);
    assertThat(settings.config().listen().host()).isEqualTo("127.0.0.2");
    assertThat(settings.config().retention().keep()).isEqualTo(Duration.ofDays(60));
  }

  @Test
  void O2_anUnknownKeyIsAnErrorThatNamesItsOriginAndTheNearestOne() throws Exception {
    Path wrong = file("listen: {prot: 1001}\n");

    assertThatThrownBy(() -> new Settings().withFile(wrong))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("server.yaml")
        .hasMessageContaining("did you mean 'listen.port'?");
    assertThatThrownBy(
            () -> new Settings().withEnvironment(Map.of("CHANGETRAIL_LISTEN_PROT", "1001")))
        .hasMessageContaining("did you mean 'CHANGETRAIL_LISTEN_PORT'?");
  }

  @Test
  void O2_aWrongValueIsAnErrorThatNamesKeyAndOrigin() {
    assertThatThrownBy(() -> new Settings().with("listen.port", "many", "--port").config())
        .hasMessageContaining("--port: listen.port cannot be 'many'");
    assertThatThrownBy(() -> new Settings().with("retention.keep", "400 days", "--set").config())
        .hasMessageContaining("ISO 8601");
  }

  @Test
  void O2_theFileOfTheDocumentationIsUnderstoodAndNamesEveryKey() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "server.md"));
    String yaml = page.replaceAll("(?s).*```yaml\n(.*?)```.*", "$1");

    assertThat(new Settings().withFile(file(yaml)).config().listen().port())
        .isEqualTo(Settings.USUAL_PORT);
    assertThat(Settings.explained().keySet())
        .allSatisfy(
            key -> assertThat(yaml).contains(key.substring(key.lastIndexOf('.') + 1) + ":"));
  }
}
