// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the action may depend on: it runs in the jobs of others. */
class ArchitectureTest {
  private static final JavaClasses ACTION =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.changetrail.action");

  @Test
  void theActionKnowsTheModelTheSourcesTheShipperAndGithub() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.changetrail.action..",
            "io.changetrail.model..",
            "io.changetrail.source..",
            "io.changetrail.shipper..",
            "java..",
            "org.jspecify.annotations..",
            "com.fasterxml.jackson..",
            "okhttp3..",
            "okio..",
            "kotlin..",
            "org.kohsuke.github..")
        .check(ACTION);
  }

  @Test
  void captureIsPure() {
    classes()
        .that()
        .resideInAPackage("io.changetrail.action.capture..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(
            "java.nio.file..",
            "java.io..",
            "java.net.http..",
            "okhttp3..",
            "org.kohsuke..",
            "io.changetrail.shipper..")
        .check(ACTION);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.changetrail.action.(*)..").should().beFreeOfCycles().check(ACTION);
  }
}
