// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/stapler 1903.1905.ve5a_f469356f0:
// core/src/main/java/org/kohsuke/stapler/HttpResponses.java
package org.kohsuke.stapler;

public abstract class HttpResponses {
  public abstract static class HttpResponseException extends java.lang.RuntimeException implements org.kohsuke.stapler.HttpResponse {
    protected HttpResponseException() {}
  }
  public static native org.kohsuke.stapler.HttpResponses.HttpResponseException forwardToPreviousPage();
}
