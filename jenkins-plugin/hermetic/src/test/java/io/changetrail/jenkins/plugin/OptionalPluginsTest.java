// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plugins that need not be there: without them, only what is marked so fails to load. */
class OptionalPluginsTest {
  private static final List<String> OPTIONAL =
      List.of(
          "hudson.plugins.git.",
          "jenkins.scm.api.",
          "org.jenkinsci.plugins.workflow.",
          "com.cloudbees.hudson.plugins.folder.",
          "io.jenkins.plugins.opentelemetry.");

  /** A class loader as Jenkins makes it where no optional plugin is installed. */
  private static final class WithoutPlugins extends URLClassLoader {
    WithoutPlugins(URL plugin) {
      super(new URL[] {plugin}, OptionalPluginsTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (OPTIONAL.stream().anyMatch(name::startsWith)) {
        throw new ClassNotFoundException(name);
      }
      if (name.startsWith("io.changetrail.jenkins.")) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  private static List<String> pluginClasses() throws Exception {
    Path folder = PluginClasses.folder();
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(".class"))
          .map(file -> folder.relativize(file).toString().replace(".class", "").replace('/', '.'))
          .filter(name -> !name.endsWith("package-info"))
          .sorted()
          .toList();
    }
  }

  /** Everything that Jenkins asks of a class when it looks for extensions. */
  private static int examine(ClassLoader loader, String name) throws ClassNotFoundException {
    Class<?> type = Class.forName(name, false, loader);
    return type.getDeclaredMethods().length
        + type.getDeclaredFields().length
        + type.getDeclaredConstructors().length
        + String.valueOf(type.getGenericSuperclass()).length();
  }

  @Test
  void allOtherClassesLoadWithoutThem() throws Exception {
    Set<String> optional = optionalExtensions();
    List<String> failed = new ArrayList<>();
    try (WithoutPlugins loader = new WithoutPlugins(PluginClasses.folder().toUri().toURL())) {
      for (String name : pluginClasses()) {
        try {
          examine(loader, name);
        } catch (LinkageError e) {
          failed.add(name);
        }
      }
    }
    assertThat(failed)
        .as("only these may need a plugin: %s", optional)
        .allSatisfy(name -> assertThat(mayNeedOne(name, optional)).as("%s", name).isTrue());
    assertThat(failed).as("the test can fail").isNotEmpty();
  }

  @Test
  void noOtherClassMentionsThem() throws Exception {
    JenkinsUse use = JenkinsUse.of(PluginClasses.folder());
    Set<String> optional = optionalExtensions();
    use.types.forEach(
        (by, types) -> {
          boolean mentions =
              types.stream()
                  .map(type -> type.replace('/', '.'))
                  .anyMatch(type -> OPTIONAL.stream().anyMatch(type::startsWith));
          if (mentions) {
            assertThat(mayNeedOne(by.replace('/', '.'), optional))
                .as("%s mentions a plugin that may be absent", by)
                .isTrue();
          }
        });
  }

  @Test
  void anExtensionThatNeedsOneDoesNotLoadAtAll() throws Exception {
    Set<String> optional = optionalExtensions();
    assertThat(optional).isNotEmpty();
    try (WithoutPlugins loader = new WithoutPlugins(PluginClasses.folder().toUri().toURL())) {
      for (String name : optional) {
        assertThatThrownBy(() -> examine(loader, name))
            .as("%s", name)
            .isInstanceOf(NoClassDefFoundError.class);
      }
    }
  }

  /** A class of an optional extension, or of the packages of steps and folders, for them alone. */
  private static boolean mayNeedOne(String name, Set<String> optional) {
    String top = name.replaceFirst("\\$.*", "");
    return top.startsWith("io.changetrail.jenkins.step.")
        || top.startsWith("io.changetrail.jenkins.folder.")
        || optional.stream().anyMatch(each -> each.replaceFirst("\\$.*", "").equals(top));
  }

  private static Set<String> optionalExtensions() throws Exception {
    Set<String> names = new LinkedHashSet<>();
    JenkinsUse.of(PluginClasses.folder())
        .classes
        .values()
        .forEach(
            each -> {
              if (each.isOptional()) {
                names.add(each.name().replace('/', '.'));
              }
            });
    return names;
  }
}
