// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/lib-symbol-annotation symbol-annotation-1.24:
// src/main/java/org/jenkinsci/Symbol.java
package org.jenkinsci;

@org.jvnet.hudson.annotation_indexer.Indexed
@java.lang.annotation.Retention(value = java.lang.annotation.RetentionPolicy.RUNTIME)
@java.lang.annotation.Target(value = {java.lang.annotation.ElementType.TYPE})
@java.lang.annotation.Documented
public @interface Symbol {
  public java.lang.String[] value();
}
