// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.plugin.SignatureIndex.Fact;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.Type;

/**
 * The compiler believed our signatures of Jenkins. Here every symbol of Jenkins that the compiled
 * plugin uses is compared with what Jenkins' published sources declare.
 */
class SignatureTruthTest {
  private static final Path INDEX =
      Path.of(System.getProperty("changetrail.jenkins.index", "../signatures/api.index"));

  private static List<String> lines;
  private static JenkinsUse plugin;

  @BeforeAll
  static void read() throws Exception {
    lines = Files.readAllLines(INDEX);
    plugin = JenkinsUse.of(PluginClasses.folder());
  }

  /** What is wrong, if the index is as given. */
  private static List<String> mismatches(List<String> index) {
    SignatureIndex facts = new SignatureIndex(index);
    List<String> wrong = new ArrayList<>();
    plugin.types.forEach((by, types) -> types.forEach(type -> checkType(facts, by, type, wrong)));
    for (JenkinsUse.Member use : plugin.members) {
      checkMember(facts, use, wrong);
    }
    for (JenkinsUse.Compiled compiled : plugin.classes.values()) {
      checkImplemented(facts, compiled, wrong);
    }
    return wrong;
  }

  private static void checkType(SignatureIndex facts, String by, String type, List<String> wrong) {
    facts
        .type(type)
        .ifPresentOrElse(
            known -> discouraged(known.fact(), by + " uses " + type, wrong),
            () -> wrong.add(by + " uses " + type + ", which is not in the index"));
  }

  private static void checkMember(SignatureIndex facts, JenkinsUse.Member use, List<String> wrong) {
    String what = use.by() + " uses " + use.owner() + "." + use.name() + " " + use.descriptor();
    Fact fact = facts.resolve(use.owner(), use.name(), use.descriptor()).orElse(null);
    if (fact == null && isOfJava(facts, use)) {
      return;
    }
    if (fact == null) {
      wrong.add(what + ", which Jenkins does not declare");
      return;
    }
    discouraged(fact, what, wrong);
    if (fact.flags().contains("static") != use.isStatic()) {
      wrong.add(what + ", but one is static and the other is not");
    }
  }

  /** Inherited from the platform through a class of Jenkins. */
  private static boolean isOfJava(SignatureIndex facts, JenkinsUse.Member use) {
    for (String name : facts.platform(use.owner())) {
      try {
        Class<?> type = Class.forName(name.replace('/', '.'));
        for (Method method : type.getMethods()) {
          if (method.getName().equals(use.name())
              && Type.getMethodDescriptor(method).equals(use.descriptor())) {
            return true;
          }
        }
      } catch (ClassNotFoundException e) {
        throw new AssertionError(name + " is not of the platform", e);
      }
    }
    return false;
  }

  private static void discouraged(Fact fact, String what, List<String> wrong) {
    for (String flag : List.of("deprecated", "restricted")) {
      if (fact.flags().contains(flag)) {
        wrong.add(what + ", which is " + flag);
      }
    }
  }

  /** Abstract methods that our signatures may have left out are missed by the compiler. */
  private static void checkImplemented(
      SignatureIndex facts, JenkinsUse.Compiled compiled, List<String> wrong) {
    if (compiled.isAbstract()) {
      return;
    }
    Set<String> types = new LinkedHashSet<>();
    Set<String> present = new LinkedHashSet<>();
    JenkinsUse.Compiled next = compiled;
    while (next != null) {
      present.addAll(next.methods());
      next.interfaces().forEach(each -> types.addAll(facts.hierarchy(each)));
      types.addAll(facts.hierarchy(String.valueOf(next.superclass())));
      next = plugin.classes.get(next.superclass());
    }
    List<Fact> members =
        types.stream()
            .flatMap(each -> facts.type(each).stream())
            .flatMap(each -> each.members().stream())
            .toList();
    for (Fact member : members) {
      String key = member.name() + " " + member.descriptor();
      boolean bodied =
          present.contains(key)
              || members.stream()
                  .anyMatch(
                      other ->
                          other.name().equals(member.name())
                              && sameParameters(other, member)
                              && !other.flags().contains("abstract"));
      if (member.flags().contains("abstract") && !bodied && !isOfObject(member)) {
        wrong.add(compiled.name() + " lacks " + key);
      }
    }
  }

  private static boolean isOfObject(Fact member) {
    return Set.of("equals", "hashCode", "toString").contains(member.name());
  }

  private static boolean sameParameters(Fact one, Fact other) {
    return one.descriptor()
        .replaceFirst("\\).*", "")
        .equals(other.descriptor().replaceFirst("\\).*", ""));
  }

  @Test
  void everySymbolOfJenkinsIsAsItsPublishedSourcesDeclareIt() {
    assertThat(plugin.members).as("the plugin does use Jenkins").hasSizeGreaterThan(50);
    assertThat(mismatches(lines)).isEmpty();
  }

  @Test
  void anotherDescriptorIsFoundOut() {
    assertThat(
            mismatches(
                with(
                    "method getRootUrl ()Ljava/lang/String;",
                    "method getRootUrl ()Ljava/net/URL;")))
        .singleElement()
        .asString()
        .contains("getRootUrl", "does not declare");
  }

  @Test
  void aMethodThatIsNotStaticIsFoundOut() {
    assertThat(
            mismatches(
                with(
                    "method get ()Ljenkins/model/Jenkins; public,static",
                    "method get ()Ljenkins/model/Jenkins; public")))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each).contains("static"));
  }

  @Test
  void whatIsDeprecatedOrRestrictedIsFoundOut() {
    assertThat(
            mismatches(
                with(
                    "method getLegacyInstanceId ()Ljava/lang/String; public",
                    "method getLegacyInstanceId ()Ljava/lang/String; public deprecated")))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each).endsWith("which is deprecated"));
    assertThat(
            mismatches(
                with(
                    "class hudson/model/Run abstract,public",
                    "class hudson/model/Run abstract,public,restricted")))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each).endsWith("which is restricted"));
  }

  @Test
  void aClassThatIsGoneIsFoundOut() {
    List<String> without =
        lines.stream()
            .filter(line -> !line.startsWith("class hudson/util/Secret "))
            .collect(Collectors.toList());
    assertThat(without).hasSize(lines.size() - 1);
    assertThat(mismatches(without)).isNotEmpty();
  }

  @Test
  void anAbstractMethodThatNobodyImplementsIsFoundOut() {
    List<String> more = new ArrayList<>(lines);
    int head =
        more.indexOf(
            more.stream()
                .filter(line -> line.startsWith("class hudson/model/AdministrativeMonitor "))
                .findFirst()
                .orElseThrow());
    more.add(head + 1, "  method getReasonCode ()I abstract,public");
    assertThat(mismatches(more))
        .containsExactly("io/changetrail/jenkins/TrailMonitor lacks getReasonCode ()I");
  }

  private static List<String> with(String line, String other) {
    List<String> changed =
        lines.stream()
            .map(each -> each.contains(line) ? each.replace(line, other) : each)
            .collect(Collectors.toList());
    assertThat(changed.equals(lines)).as("'%s' is in the index", line).isFalse();
    return changed;
  }

  @Test
  void theIndexNamesItsSourcesAndHoldsNothingUnresolved() throws IOException {
    // A type outside of what the script saw would stand there as a question mark.
    Set<String> used =
        plugin.members.stream()
            .map(use -> "method " + use.name() + " " + use.descriptor())
            .collect(Collectors.toSet());
    assertThat(used).noneMatch(each -> each.contains("?"));
    try (var files = Files.walk(INDEX.resolveSibling("src/main/java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        assertThat(Files.readString(file))
            .as("%s says what it was checked against", file)
            .containsPattern(
                "// Signatures only, as declared in [\\w-]+/[\\w-]+ \\S+:\n// \\S+\\.java\n");
      }
    }
  }
}
