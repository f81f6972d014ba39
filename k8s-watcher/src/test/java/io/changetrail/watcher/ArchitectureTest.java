// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * The watcher sees the model, the mappers, the shipper and the cluster; never a store or server.
 */
class ArchitectureTest {
  private static final String WATCHER = "io.changetrail.watcher..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.changetrail.watcher");

  @Test
  void theWatcherKnowsOnlyTheModelTheMappersTheShipperAndTheCluster() {
    classes()
        .that()
        .resideInAPackage(WATCHER)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            WATCHER,
            "io.changetrail.model..",
            "io.changetrail.source..",
            "io.changetrail.shipper..",
            "java..",
            "javax.net.ssl..",
            "com.sun.net.httpserver..",
            "org.jspecify.annotations..",
            "com.fasterxml.jackson..",
            "io.kubernetes.client..",
            "okhttp3..",
            "okio..",
            "kotlin..",
            "picocli..",
            "io.prometheus.metrics..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  @Test
  void whatARolloutIsKnowsNoCluster() {
    noClasses()
        .that()
        .resideInAPackage("io.changetrail.watcher.rollout..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kubernetes.client..", "okhttp3..", "io.changetrail.shipper..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.changetrail.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
