// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.folder.FolderSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What a browser can call: whatever is named {@code do…}, whether it is meant to be or not. */
class WebMethodsTest {
  /** What is to be seen of a method. */
  private static final class Seen {
    private boolean post;
    private boolean permission;
  }

  private static Map<String, Seen> webMethods() throws Exception {
    Map<String, Seen> methods = new TreeMap<>();
    try (Stream<Path> all = Files.walk(PluginClasses.folder())) {
      all.filter(each -> each.toString().endsWith(".class")).forEach(file -> look(file, methods));
    }
    return methods;
  }

  private static void look(Path file, Map<String, Seen> methods) {
    try {
      ClassReader type = new ClassReader(Files.readAllBytes(file));
      type.accept(
          new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
              if ((access & Opcodes.ACC_PUBLIC) == 0 || !name.matches("do[A-Z].*")) {
                return null;
              }
              Seen seen =
                  methods.computeIfAbsent(type.getClassName() + "." + name, ignored -> new Seen());
              return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
                  seen.post |= annotation.equals("Lorg/kohsuke/stapler/verb/POST;");
                  return null;
                }

                @Override
                public void visitMethodInsn(
                    int opcode, String owner, String called, String with, boolean isInterface) {
                  seen.permission |=
                      called.equals("checkPermission") || called.equals("hasPermission");
                }
              };
            }
          },
          0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void O2_whateverABrowserCanCallWantsPostAndAsksForARight() throws Exception {
    assertThat(webMethods())
        .containsKeys(
            "io/changetrail/jenkins/ChangetrailConfiguration.doTestConnection",
            "io/changetrail/jenkins/folder/FolderSettings$DescriptorImpl.doTestConnection",
            "io/changetrail/jenkins/TrailMonitor.doRetry")
        .allSatisfy(
            (name, seen) -> {
              assertThat(seen.post).as("%s is only for POST", name).isTrue();
              assertThat(seen.permission).as("%s asks for a right", name).isTrue();
            });
  }

  @Test
  void O2_theButtonsOfFormsCallWhatThereIs() throws Exception {
    for (Class<?> form : new Class<?>[] {ChangetrailConfiguration.class, FolderSettings.class}) {
      String view =
          Files.readString(
              Path.of("../src/main/resources")
                  .resolve(form.getName().replace('.', '/'))
                  .resolve("config.jelly"));
      assertThat(view)
          .as("%s", form)
          .contains("method=\"testConnection\"")
          .containsPattern("with=\"(serverUrl,)?credentialsId\"");
    }
  }
}
