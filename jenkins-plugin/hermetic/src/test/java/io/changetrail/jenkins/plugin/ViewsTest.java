// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The views beside the classes: that they can be read, and that no field lacks one. */
class ViewsTest {
  private static final Path VIEWS = Path.of("../src/main/resources");

  private static List<Path> files(String end) throws IOException {
    try (Stream<Path> all = Files.walk(VIEWS)) {
      return all.filter(file -> file.toString().endsWith(end)).sorted().toList();
    }
  }

  private static Document parsed(Path file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(file.toFile());
  }

  @Test
  void everyViewIsWellFormedAndEscapesWhatItShows() throws Exception {
    List<Path> views = files(".jelly");
    assertThat(views).isNotEmpty();
    for (Path view : views) {
      parsed(view);
      assertThat(Files.readString(view))
          .as("%s", view)
          .startsWith("<?jelly escape-by-default='true'?>")
          .doesNotContain("escapeText=\"false\"", "<script", "onclick=");
    }
  }

  @Test
  void everyViewIsOfAClassThatThereIs() throws Exception {
    for (Path view : files(".jelly")) {
      Path folder = VIEWS.relativize(view).getParent();
      if (folder != null) {
        Path type = PluginClasses.folder().resolve(folder.toString().replace("/", "/"));
        assertThat(type.resolveSibling(type.getFileName() + ".class"))
            .as("the class of %s", view)
            .satisfiesAnyOf(
                file -> assertThat(file).exists(),
                file -> assertThat(nested(type)).as("%s", type).exists());
      }
    }
  }

  /** {@code Outer/Inner} is the folder of {@code Outer$Inner}. */
  private static Path nested(Path type) {
    Path outer = type.getParent();
    return outer.resolveSibling(outer.getFileName() + "$" + type.getFileName() + ".class");
  }

  @Test
  void O2_settingsAmongThoseOfOtherPluginsHaveATitle() throws Exception {
    for (String form : List.of("ChangetrailConfiguration", "folder/FolderSettings")) {
      Document view = parsed(VIEWS.resolve("io/changetrail/jenkins/" + form + "/config.jelly"));
      Element first =
          (Element) view.getDocumentElement().getElementsByTagNameNS("/lib/form", "*").item(0);
      assertThat(first.getLocalName()).as(form).isEqualTo("section");
      assertThat(first.getAttribute("title")).as(form).isNotBlank();
    }
  }

  @Test
  void everyDataBoundFieldHasAnEntryAndHelp() throws Exception {
    int fields = 0;
    try (Stream<Path> all = Files.walk(PluginClasses.folder())) {
      for (Path file : all.filter(each -> each.toString().endsWith(".class")).sorted().toList()) {
        Set<String> bound = dataBound(file);
        String name = PluginClasses.folder().relativize(file).toString().replace(".class", "");
        for (String field : bound) {
          Path folder = VIEWS.resolve(name.replace('$', '/'));
          assertThat(entries(folder)).as("entries of %s", name).contains(field);
          Path help = folder.resolve("help-" + field + ".html");
          assertThat(help).exists();
          assertThat(Files.readString(help))
              .as("%s", help)
              .startsWith("<div>")
              .hasSizeGreaterThan(60);
          fields++;
        }
      }
    }
    assertThat(fields).isGreaterThanOrEqualTo(5);
  }

  private static Set<String> entries(Path folder) throws Exception {
    Set<String> entries = new LinkedHashSet<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> views = Files.list(folder)) {
        for (Path view : views.filter(each -> each.toString().endsWith(".jelly")).toList()) {
          NodeList all = parsed(view).getElementsByTagNameNS("/lib/form", "*");
          for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.hasAttribute("field")) {
              entries.add(element.getAttribute("field"));
            }
          }
        }
      }
    }
    return entries;
  }

  /** Parameters of the data-bound constructor, and properties with a data-bound setter. */
  private static Set<String> dataBound(Path file) throws IOException {
    Set<String> fields = new LinkedHashSet<>();
    new ClassReader(Files.readAllBytes(file))
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] thrown) {
                List<String> parameters = new ArrayList<>();
                return new MethodVisitor(Opcodes.ASM9) {
                  @Override
                  public void visitParameter(String parameter, int flags) {
                    parameters.add(parameter);
                  }

                  @Override
                  public AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
                    if (annotation.endsWith("/DataBoundConstructor;")) {
                      fields.addAll(parameters);
                    } else if (annotation.endsWith("/DataBoundSetter;")) {
                      fields.add(Character.toLowerCase(name.charAt(3)) + name.substring(4));
                    }
                    return null;
                  }
                };
              }
            },
            ClassReader.SKIP_CODE);
    return fields;
  }
}
