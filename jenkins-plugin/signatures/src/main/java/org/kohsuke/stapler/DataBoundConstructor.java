// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/stapler 1903.1905.ve5a_f469356f0:
// core/src/main/java/org/kohsuke/stapler/DataBoundConstructor.java
package org.kohsuke.stapler;

@java.lang.annotation.Retention(value = java.lang.annotation.RetentionPolicy.RUNTIME)
@java.lang.annotation.Target(value = {java.lang.annotation.ElementType.CONSTRUCTOR})
@java.lang.annotation.Documented
public @interface DataBoundConstructor {
}
