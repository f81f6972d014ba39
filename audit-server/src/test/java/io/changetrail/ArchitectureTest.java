// SPDX-License-Identifier: Apache-2.0
package io.changetrail;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The module table of the architecture: dependencies point downwards only. */
class ArchitectureTest {
  private static final String MODEL = "io.changetrail.model..";
  private static final String SOURCE = "io.changetrail.source..";
  private static final String SHIPPER = "io.changetrail.shipper..";
  private static final String STORE = "io.changetrail.store";
  private static final String EMBEDDED = "io.changetrail.store.embedded..";
  private static final String CORRELATION = "io.changetrail.correlation..";
  private static final String SERVER = "io.changetrail.server..";

  /** What every module may use. */
  private static final List<String> BASE =
      List.of("java..", "org.jspecify.annotations..", "com.fasterxml.jackson..");

  private static final JavaClasses CHANGETRAIL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.changetrail");

  @Test
  void theModelKnowsOnlyJsonCloudEventsAndThePinnedSmallLibraries() {
    check(
        only(
            MODEL,
            "io.cloudevents..",
            "org.erdtman.jcs..",
            "org.apache.commons.text.similarity..",
            "javax.crypto.."));
  }

  @Test
  void sourcesKnowOnlyTheModel() {
    check(only(SOURCE, MODEL, "io.cloudevents..", "javax.crypto.."));
  }

  @Test
  void theShipperKnowsOnlyTheModelAndItsHttpClient() {
    check(only(SHIPPER, MODEL, "okhttp3..", "okio..", "kotlin.."));
  }

  @Test
  void theStoreSpiKnowsOnlyTheModelAndNoImplementation() {
    check(only(STORE, MODEL));
  }

  @Test
  void theEmbeddedStoreKnowsOnlyTheSpiTheModelAndItsEngine() {
    check(
        only(
            EMBEDDED,
            STORE,
            MODEL,
            "javax.sql..",
            "org.sqlite..",
            "com.github.luben.zstd..",
            "org.slf4j.."));
  }

  @Test
  void correlationKnowsOnlyTheModelAndStatistics() {
    check(only(CORRELATION, MODEL, "org.hipparchus.."));
  }

  @Test
  void nothingBelowKnowsTheServer() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                SERVER,
                "io.changetrail.cli..",
                "io.changetrail.demo..",
                "io.changetrail.benchmarks..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SERVER));
  }

  @Test
  void theServerFindsStoresByServiceLoaderOnly() {
    check(
        noClasses()
            .that()
            .resideInAPackage(SERVER)
            .should()
            .dependOnClassesThat(
                DescribedPredicate.describe(
                    "are of a store implementation",
                    (JavaClass type) ->
                        type.getPackageName().startsWith("io.changetrail.store."))));
  }

  @Test
  void modelSourcesAndCorrelationDoNoInputOrOutput() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(MODEL, SOURCE, CORRELATION)
            .should()
            .dependOnClassesThat(
                DescribedPredicate.describe(
                    "open files, sockets, processes or databases",
                    ArchitectureTest::opensSomething)));
  }

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("io.changetrail.(**)").should().beFreeOfCycles());
  }

  /** A rule that is about no class at all fails: its package has another name now. */
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(CHANGETRAIL);
  }

  private static ArchRule only(String layer, String... below) {
    List<String> allowed = new ArrayList<>(BASE);
    allowed.add(layer);
    allowed.addAll(List.of(below));
    return classes()
        .that()
        .resideInAPackage(layer)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed.toArray(String[]::new));
  }

  /** URI, URL encoding and in-memory streams and charsets are not I/O; these are. */
  private static boolean opensSomething(JavaClass type) {
    String name = type.getName();
    String pack = type.getPackageName();
    return pack.startsWith("java.nio.file")
        || pack.startsWith("java.nio.channels")
        || pack.startsWith("java.net.http")
        || pack.startsWith("java.sql")
        || name.matches("java\\.net\\..*(Socket|Connection|Channel|InetAddress).*")
        || name.equals("java.net.URL")
        || name.matches("java\\.io\\.(File.*|RandomAccessFile)")
        || name.matches("java\\.lang\\.Process(Builder)?");
  }
}
