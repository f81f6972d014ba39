// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the Java that runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(Changetrail.class.getPackage().getImplementationVersion())
            .orElse("(unpackaged)");
    return new String[] {
      "changetrail " + version, "Java " + System.getProperty("java.vm.version", "unknown")
    };
  }
}
