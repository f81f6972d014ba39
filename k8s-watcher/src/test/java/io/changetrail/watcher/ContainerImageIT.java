// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the profile {@code image} makes: the jar and the container image, unpacked and run. */
class ContainerImageIT {
  private static final Path TARGET = Path.of("target");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RealPart JAVA =
      new RealPart(Path.of(System.getProperty("java.home"), "bin", "java"));
  private static final String[] RBAC = {
    "--config", "../deploy/kubernetes/watcher.yaml", "--rbac"
  };

  @TempDir private Path directory;

  private static Map<String, byte[]> entries(InputStream tar) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(tar)) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.isFile()) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  @Test
  void O2_theJarRunsByItself() throws Exception {
    List<String> command = new ArrayList<>(List.of("-jar", TARGET + "/k8s-watcher.jar"));
    command.addAll(List.of(RBAC));
    assertThat(JAVA.output(command.toArray(String[]::new))).contains("kind: ClusterRole");
  }

  @Test
  void O2_theImageRunsTheWatcherAsNobodyAndHoldsNothingElse() throws Exception {
    Map<String, byte[]> image;
    try (InputStream in =
        new BufferedInputStream(Files.newInputStream(TARGET.resolve("k8s-watcher-image.tar")))) {
      image = entries(in);
    }
    JsonNode manifest = JSON.readTree(image.get("manifest.json")).get(0);
    JsonNode container = JSON.readTree(image.get(manifest.path("Config").asText())).path("config");
    assertThat(container.path("User").asText()).isEqualTo("65532:65532");
    assertThat(container.path("ExposedPorts").toString()).contains("8080", "8443");
    assertThat(container.at("/Labels/org.opencontainers.image.title").asText())
        .isEqualTo("k8s-watcher");

    List<String> files = new ArrayList<>();
    for (JsonNode layer : manifest.path("Layers")) {
      InputStream packed = new java.io.ByteArrayInputStream(image.get(layer.asText()));
      for (Map.Entry<String, byte[]> file : entries(new GZIPInputStream(packed)).entrySet()) {
        Path to = directory.resolve(file.getKey().replaceFirst("^/", "")).normalize();
        assertThat(to).startsWith(directory);
        Files.createDirectories(to.getParent());
        Files.write(to, file.getValue());
        files.add(directory.relativize(to).toString());
      }
    }
    assertThat(files)
        .filteredOn(file -> file.startsWith("app/"))
        .anyMatch(file -> file.contains("k8s-watcher"))
        .noneMatch(file -> file.contains("audit-server") || file.contains("junit"));

    List<String> command = new ArrayList<>();
    for (JsonNode argument : container.path("Entrypoint")) {
      String text = argument.asText();
      command.add(
          text.startsWith("@/app/")
              ? Files.readString(directory.resolve(text.substring(2)))
                  .strip()
                  .replace("/app/", directory + "/app/")
              : text.replace("/app/", directory + "/app/"));
    }
    assertThat(command.remove(0)).isEqualTo("java");
    command.addAll(List.of(RBAC));
    assertThat(JAVA.output(command.toArray(String[]::new))).contains("kind: ClusterRole");
  }
}
