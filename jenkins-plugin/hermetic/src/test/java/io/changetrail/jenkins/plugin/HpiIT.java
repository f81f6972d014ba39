// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged plugin, looked at as Jenkins does. */
class HpiIT {
  private static final Path HPI = Path.of(System.getProperty("changetrail.jenkins.hpi", "none"));

  @TempDir private static Path unpacked;
  private static final Map<String, byte[]> PLUGIN = new LinkedHashMap<>();
  private static final Map<String, byte[]> LIBRARIES = new LinkedHashMap<>();

  @BeforeAll
  static void unpack() throws IOException {
    try (JarFile hpi = new JarFile(HPI.toFile())) {
      for (String name : List.of("changetrail.jar", "changetrail-libraries.jar")) {
        try (InputStream in = hpi.getInputStream(hpi.getEntry("WEB-INF/lib/" + name))) {
          Files.copy(in, unpacked.resolve(name));
        }
      }
      assertThat(hpi.stream().filter(entry -> entry.getName().endsWith(".jar")))
          .as("nothing else is on its class path")
          .hasSize(2);
    }
    read(unpacked.resolve("changetrail.jar"), PLUGIN);
    read(unpacked.resolve("changetrail-libraries.jar"), LIBRARIES);
  }

  private static void read(Path jar, Map<String, byte[]> into) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          into.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
  }

  @Test
  void itsManifestIsAPluginsManifest() throws IOException {
    try (JarFile hpi = new JarFile(HPI.toFile())) {
      Attributes attributes = hpi.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Short-Name")).isEqualTo("changetrail");
      assertThat(attributes.getValue("Plugin-Version")).isNotBlank().doesNotContain("$");
      assertThat(attributes.getValue("Jenkins-Version")).isEqualTo("2.479.3");
      assertThat(attributes.getValue("Minimum-Java-Version")).isEqualTo("17");
      assertThat(attributes.getValue("Plugin-Dependencies").split(",", -1))
          .allMatch(each -> each.matches("[a-z-]+:[\\w.-]+(;resolution:=optional)?"))
          .filteredOn(each -> !each.endsWith(";resolution:=optional"))
          .extracting(each -> each.replaceFirst(":.*", ""))
          .as("what must be there")
          .containsExactly("credentials", "plain-credentials");
    }
  }

  @Test
  void whatItMayNeedIsWhatItWasCompiledAgainst() throws IOException {
    String list = Files.readString(Path.of("../signatures/signatures.list"));
    try (JarFile hpi = new JarFile(HPI.toFile())) {
      Attributes attributes = hpi.getManifest().getMainAttributes();
      assertThat(list).contains("jenkins-" + attributes.getValue("Jenkins-Version"));
      for (String each : attributes.getValue("Plugin-Dependencies").split(",", -1)) {
        String[] parts = each.replace(";resolution:=optional", "").split(":", -1);
        assertThat(list)
            .as("%s", each)
            .containsPattern(
                "@ jenkinsci/" + parts[0] + "-plugin (" + parts[0] + "-)?" + parts[1] + "\n");
      }
    }
  }

  @Test
  void jenkinsFindsItsExtensionsAndSymbols() throws Exception {
    String extensions = text(PLUGIN, "META-INF/annotations/hudson.Extension.txt");
    assertThat(extensions)
        .contains(
            "io.changetrail.jenkins.ChangetrailConfiguration",
            "io.changetrail.jenkins.run.RunCapture",
            "io.changetrail.jenkins.run.GitDetails{optional=true}");
    // The index itself is what Jenkins reads: serialized annotations, ended by null.
    List<String> indexed = new ArrayList<>();
    try (ObjectInputStream in =
        new ObjectInputStream(
            new ByteArrayInputStream(PLUGIN.get("META-INF/annotations/hudson.Extension")))) {
      for (Object each = in.readObject(); each != null; each = in.readObject()) {
        indexed.add(each.toString());
      }
    }
    assertThat(indexed).hasSameSizeAs(extensions.lines().skip(1).toList());
    assertThat(text(PLUGIN, "META-INF/annotations/org.jenkinsci.Symbol"))
        .contains("io.changetrail.jenkins.ChangetrailConfiguration");
  }

  @Test
  void viewsAndHelpLieBesideTheirClasses() {
    assertThat(PLUGIN)
        .containsKeys(
            "index.jelly",
            "io/changetrail/jenkins/ChangetrailConfiguration/config.jelly",
            "io/changetrail/jenkins/ChangetrailConfiguration/help-serverUrl.html",
            "io/changetrail/jenkins/TrailMonitor/message.jelly");
  }

  @Test
  void signaturesOfJenkinsAreNotInIt() {
    assertThat(PLUGIN.keySet())
        .allMatch(
            name ->
                name.startsWith("io/changetrail/jenkins/")
                    || name.startsWith("META-INF/")
                    || name.equals("index.jelly"));
    assertThat(LIBRARIES.keySet())
        .filteredOn(name -> name.endsWith(".class"))
        .as("every library has a name of its own, so none can clash")
        .allMatch(name -> name.startsWith("io/changetrail/"));
  }

  @Test
  void librariesMayNotBeDeserialized() throws IOException {
    // Jenkins lets classes through whose jar has a plugin's manifest.
    Manifest manifest =
        new Manifest(new ByteArrayInputStream(LIBRARIES.get("META-INF/MANIFEST.MF")));
    assertThat(manifest.getMainAttributes().getValue("Short-Name")).isNull();
    Manifest plugin = new Manifest(new ByteArrayInputStream(PLUGIN.get("META-INF/MANIFEST.MF")));
    assertThat(plugin.getMainAttributes().getValue("Short-Name")).isEqualTo("changetrail");
  }

  @Test
  void whatIsPackagedShipsToARealServer(@TempDir Path home, @TempDir Path data) throws Exception {
    List<URL> jars = new ArrayList<>();
    for (String name : List.of("changetrail.jar", "changetrail-libraries.jar")) {
      jars.add(unpacked.resolve(name).toUri().toURL());
    }
    // Nothing but the two jars and the platform.
    try (io.changetrail.jenkins.shipping.ServerProcess server =
            new io.changetrail.jenkins.shipping.ServerProcess(data).start();
        URLClassLoader loader =
            new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> test = loader.loadClass("io.changetrail.jenkins.shipping.ConnectionTest");
      Object result =
          test.getMethod("of", URI.class, String.class).invoke(null, server.address(), null);
      assertThat(result).hasToString("Result[ok=true, message=The audit server takes events.]");
      assertThat(new File(home.toString())).isDirectory();
    }
  }

  private static String text(Map<String, byte[]> jar, String name) {
    return new String(jar.get(name), StandardCharsets.UTF_8);
  }
}
