// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/BuildListener.java
package hudson.model;

public interface BuildListener extends hudson.model.TaskListener {
}
