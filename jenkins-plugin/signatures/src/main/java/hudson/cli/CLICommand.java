// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/cli/CLICommand.java
package hudson.cli;

public abstract class CLICommand implements hudson.ExtensionPoint, java.lang.Cloneable {
  public CLICommand() {}
  public java.io.PrintStream stdout;
  public java.io.PrintStream stderr;
  public abstract java.lang.String getShortDescription();
  protected abstract int run() throws java.lang.Exception;
  protected native void printUsageSummary(java.io.PrintStream stderr);
}
