// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/stapler 1903.1905.ve5a_f469356f0:
// core/src/main/java/org/kohsuke/stapler/HttpResponse.java
package org.kohsuke.stapler;

public interface HttpResponse {
}
