// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.folder.FolderSettings;
import io.changetrail.jenkins.freestyle.ArtifactRecorder;
import io.changetrail.jenkins.freestyle.DeploymentBuilder;
import io.changetrail.jenkins.freestyle.DeploymentRecorder;
import io.changetrail.jenkins.run.OpenDeployment;
import io.changetrail.jenkins.run.RecordedEvents;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What Jenkins writes into its files and lets be read again: classes of the plugin's own jar and a
 * list of classes of Java. Anything else it refuses when it is read.
 *
 * @see <a href="https://github.com/jenkinsci/jep/blob/master/jep/200/README.adoc">JEP-200</a>
 */
class KeptInFilesTest {
  private static final Set<Class<?>> ALLOWED =
      Set.of(String.class, Double.class, Integer.class, Long.class, Boolean.class, List.class);

  private static final List<Class<?>> ROOTS =
      List.of(
          ChangetrailConfiguration.class,
          FolderSettings.class,
          RecordedEvents.class,
          OpenDeployment.class,
          ArtifactRecorder.class,
          DeploymentBuilder.class,
          DeploymentRecorder.class);

  private static List<Class<?>> of(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return List.of(
          (Class<?>) parameterized.getRawType(),
          (Class<?>) parameterized.getActualTypeArguments()[0]);
    }
    return List.of((Class<?>) type);
  }

  @Test
  void O2_whatIsKeptInFilesJenkinsReadsAgain() {
    Deque<Class<?>> todo = new ArrayDeque<>(ROOTS);
    Set<Class<?>> seen = new HashSet<>();
    while (!todo.isEmpty()) {
      Class<?> type = todo.remove();
      if (!seen.add(type)) {
        continue;
      }
      assertThat(type.isRecord()).as("%s is no record, which no file holds", type).isFalse();
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !Modifier.isTransient(field.getModifiers())) {
          for (Class<?> part : of(field.getGenericType())) {
            boolean own = part.getName().startsWith("io.changetrail.jenkins.");
            assertThat(own || part.isPrimitive() || ALLOWED.contains(part))
                .as("%s of %s", field, type)
                .isTrue();
            if (own) {
              todo.add(part);
            }
          }
        }
      }
    }
    assertThat(seen).as("what lists hold too").hasSizeGreaterThan(ROOTS.size());
  }
}
