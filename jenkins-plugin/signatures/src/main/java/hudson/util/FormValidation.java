// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/FormValidation.java
package hudson.util;

public abstract class FormValidation extends java.io.IOException implements org.kohsuke.stapler.HttpResponse {
  public static enum Kind {
    OK, WARNING, ERROR;
  }
  public static native hudson.util.FormValidation error(java.lang.String message);
  public static native hudson.util.FormValidation warning(java.lang.String message);
  public static native hudson.util.FormValidation ok(java.lang.String message);
  public static native hudson.util.FormValidation ok();
  public static native hudson.util.FormValidation error(java.lang.String format, java.lang.Object... args);
  public static native hudson.util.FormValidation warning(java.lang.String format, java.lang.Object... args);
  public static native hudson.util.FormValidation ok(java.lang.String format, java.lang.Object... args);
  public static native hudson.util.FormValidation error(java.lang.Throwable e, java.lang.String message);
  public static native hudson.util.FormValidation warning(java.lang.Throwable e, java.lang.String message);
  public static native hudson.util.FormValidation error(java.lang.Throwable e, java.lang.String format, java.lang.Object... args);
  public static native hudson.util.FormValidation warning(java.lang.Throwable e, java.lang.String format, java.lang.Object... args);
  public final hudson.util.FormValidation.Kind kind = null;
  public abstract java.lang.String renderHtml();
  protected FormValidation() {}
}
