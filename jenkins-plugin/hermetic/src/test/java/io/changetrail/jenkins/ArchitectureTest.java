// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What is captured is told from Jenkins, and the plugin from the server. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.changetrail.jenkins");

  @Test
  void whatBecomesAnEventKnowsNoJenkins() {
    noClasses()
        .that()
        .resideInAPackage("io.changetrail.jenkins.capture..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "hudson..", "jenkins..", "org.jenkinsci..", "org.kohsuke..", "com.cloudbees..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  @Test
  void thePluginKnowsNoStoreAndNoServer() {
    noClasses()
        .that()
        .resideInAPackage("io.changetrail.jenkins..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.changetrail.store..",
            "io.changetrail.server..",
            "io.changetrail.cli..",
            "io.changetrail.correlation..")
        .allowEmptyShould(false)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.changetrail.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
