// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.DeploymentRuleSetting;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.GlobalConfiguration;
import org.jenkinsci.Symbol;
import org.junit.jupiter.api.Test;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.yaml.snakeyaml.Yaml;

/**
 * The settings as code, by the rules of the plugin that reads them: a global configuration stands
 * under <em>unclassified</em> by its symbol, and an attribute is what has a setter or a parameter
 * of the constructor, and a getter of the same type, by which it is written again.
 */
class AsCodeTest {
  private static final Path EXAMPLE =
      Path.of("../src/test/resources/io/changetrail/jenkins/changetrail.yaml");
  private static final Path DOCUMENTATION = Path.of("../../docs/jenkins.md");

  /** Types of the attributes of a class. */
  private static Map<String, Type> attributes(Class<?> type) {
    Map<String, Type> attributes = new TreeMap<>();
    for (Method method : type.getMethods()) {
      if (method.isAnnotationPresent(DataBoundSetter.class)) {
        String name = method.getName().substring(3);
        attributes.put(
            Character.toLowerCase(name.charAt(0)) + name.substring(1),
            method.getGenericParameterTypes()[0]);
      }
    }
    for (Constructor<?> constructor : type.getConstructors()) {
      if (constructor.isAnnotationPresent(DataBoundConstructor.class)) {
        for (Parameter parameter : constructor.getParameters()) {
          attributes.put(parameter.getName(), parameter.getParameterizedType());
        }
      }
    }
    return attributes;
  }

  private static Type written(Class<?> type, String attribute) throws NoSuchMethodException {
    String name = Character.toUpperCase(attribute.charAt(0)) + attribute.substring(1);
    return Stream.of("get" + name, "is" + name)
        .flatMap(
            getter ->
                Stream.of(type.getMethods())
                    .filter(each -> each.getName().equals(getter))
                    .filter(each -> each.getParameterCount() == 0))
        .findFirst()
        .orElseThrow(() -> new NoSuchMethodException("a getter of " + attribute))
        .getGenericReturnType();
  }

  private static void check(Map<?, ?> code, Class<?> type) throws Exception {
    Map<String, Type> attributes = attributes(type);
    for (Map.Entry<?, ?> entry : code.entrySet()) {
      String name = entry.getKey().toString();
      assertThat(attributes).as("attributes of %s", type.getSimpleName()).containsKey(name);
      Type expected = attributes.get(name);
      if (entry.getValue() instanceof List<?> several) {
        Class<?> item = (Class<?>) ((ParameterizedType) expected).getActualTypeArguments()[0];
        for (Object each : several) {
          check((Map<?, ?>) each, item);
        }
      } else {
        assertThat(entry.getValue())
            .as("%s", name)
            .isInstanceOf(expected == boolean.class ? Boolean.class : (Class<?>) expected);
      }
    }
  }

  private static Map<?, ?> settings(String yaml) {
    Map<?, ?> root = new Yaml().load(yaml);
    Map<?, ?> unclassified = (Map<?, ?>) root.get("unclassified");
    String symbol = ChangetrailConfiguration.class.getAnnotation(Symbol.class).value()[0];
    return (Map<?, ?>) unclassified.get(symbol);
  }

  @Test
  void O2_whatTheDocumentationWritesAsCodeCanBeRead() throws Exception {
    assertThat(GlobalConfiguration.class).isAssignableFrom(ChangetrailConfiguration.class);
    List<String> blocks = new ArrayList<>();
    Matcher block =
        Pattern.compile("```yaml\n(unclassified:.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENTATION));
    while (block.find()) {
      blocks.add(block.group(1));
    }
    blocks.add(Files.readString(EXAMPLE));
    assertThat(blocks).hasSizeGreaterThan(1);
    for (String yaml : blocks) {
      assertThat(settings(yaml).size()).isGreaterThan(1);
      check(settings(yaml), ChangetrailConfiguration.class);
    }
  }

  @Test
  void O2_everySettingCanBeWrittenAsCodeAgain() throws Exception {
    for (Class<?> type : List.of(ChangetrailConfiguration.class, DeploymentRuleSetting.class)) {
      Map<String, Type> attributes = attributes(type);
      assertThat(attributes).hasSizeGreaterThan(4);
      for (Map.Entry<String, Type> each : attributes.entrySet()) {
        assertThat(written(type, each.getKey()))
            .as("%s of %s", each.getKey(), type.getSimpleName())
            .isEqualTo(each.getValue());
      }
    }
  }

  @Test
  void O2_theExampleOfTheRoundTripHasEverySetting() throws Exception {
    Map<?, ?> example = settings(Files.readString(EXAMPLE));
    Set<String> names = new LinkedHashSet<>();
    example.keySet().forEach(each -> names.add(each.toString()));
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            new TreeSet<>(attributes(ChangetrailConfiguration.class).keySet()));
  }
}
