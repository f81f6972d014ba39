// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/UpdateSite.java
package hudson.model;

public abstract class UpdateSite {
  public static abstract class Entry {
    public final java.lang.String name = null;
    protected Entry() {}
  }
  public final class Plugin extends hudson.model.UpdateSite.Entry {
    protected Plugin() {}
  }
  protected UpdateSite() {}
}
