// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the profile {@code image} makes: the jar and the container image, unpacked and run. */
class ContainerImageIT {
  private static final Path TARGET = Path.of("target");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RealPart JAVA =
      new RealPart(Path.of(System.getProperty("java.home"), "bin", "java"));
  private static final List<String> RBAC =
      List.of("--config", "../deploy/kubernetes/watcher.yaml", "--rbac");

  @TempDir private Path directory;

  private Path unpacked(Path archive, String to) throws Exception {
    Path into = Files.createDirectories(directory.resolve(to));
    RealPart.find("tar", "the image was not unpacked")
        .output("-xf", archive.toString(), "-C", into.toString());
    return into;
  }

  private static String run(List<String> command) throws Exception {
    List<String> whole = new ArrayList<>(command);
    whole.addAll(RBAC);
    return JAVA.output(whole.toArray(String[]::new));
  }

  @Test
  void O2_theJarRunsByItself() throws Exception {
    assertThat(run(List.of("-jar", TARGET + "/k8s-watcher.jar"))).contains("kind: ClusterRole");
  }

  @Test
  void O2_theImageRunsTheWatcherAsNobodyAndHoldsNothingElse() throws Exception {
    Path image = unpacked(TARGET.resolve("k8s-watcher-image.tar"), "image");
    JsonNode manifest = JSON.readTree(image.resolve("manifest.json").toFile()).get(0);
    JsonNode container =
        JSON.readTree(image.resolve(manifest.path("Config").asText()).toFile()).path("config");
    assertThat(container.path("User").asText()).isEqualTo("65532:65532");
    assertThat(container.path("ExposedPorts").toString()).contains("8080", "8443");
    assertThat(container.at("/Labels/org.opencontainers.image.title").asText())
        .isEqualTo("k8s-watcher");

    Path root = directory.resolve("root");
    for (JsonNode layer : manifest.path("Layers")) {
      unpacked(image.resolve(layer.asText()), "root");
    }
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()))
          .allMatch(file -> file.startsWith("app/"))
          .anyMatch(file -> file.contains("k8s-watcher"))
          .noneMatch(file -> file.contains("audit-server") || file.contains("junit"));
    }
    List<String> command = new ArrayList<>();
    for (JsonNode argument : container.path("Entrypoint")) {
      String text = argument.asText();
      command.add(
          (text.startsWith("@/app/")
                  ? Files.readString(root.resolve(text.substring(2))).strip()
                  : text)
              .replace("/app/", root + "/app/"));
    }
    assertThat(command.remove(0)).isEqualTo("java");
    assertThat(run(command)).contains("kind: ClusterRole");
  }
}
