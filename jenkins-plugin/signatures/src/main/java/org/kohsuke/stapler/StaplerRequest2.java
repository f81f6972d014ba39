// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/stapler 1903.1905.ve5a_f469356f0:
// core/src/main/java/org/kohsuke/stapler/StaplerRequest2.java
package org.kohsuke.stapler;

public interface StaplerRequest2 extends jakarta.servlet.http.HttpServletRequest {
  public java.lang.String getRestOfPath();
  public java.lang.String getOriginalRestOfPath();
  public jakarta.servlet.ServletContext getServletContext();
  public java.lang.String getRequestURIWithQueryString();
  public java.lang.StringBuffer getRequestURLWithQueryString();
  public jakarta.servlet.RequestDispatcher getView(java.lang.Object it, java.lang.String viewName) throws java.io.IOException;
  public jakarta.servlet.RequestDispatcher getView(java.lang.Class clazz, java.lang.String viewName) throws java.io.IOException;
  public java.lang.String getRootPath();
  public java.lang.String getReferer();
  public <T> T findAncestorObject(java.lang.Class<T> type);
  public boolean hasParameter(java.lang.String name);
  public java.lang.String getOriginalRequestURI();
  public void bindParameters(java.lang.Object bean);
  @Deprecated
  public void bindParameters(java.lang.Object bean, java.lang.String prefix);
  @Deprecated
  public <T> java.util.List<T> bindParametersToList(java.lang.Class<T> type, java.lang.String prefix);
  @Deprecated
  public <T> T bindParameters(java.lang.Class<T> type, java.lang.String prefix);
  @Deprecated
  public <T> T bindParameters(java.lang.Class<T> type, java.lang.String prefix, int index);
  public <T> T bindJSON(java.lang.Class<T> type, net.sf.json.JSONObject src);
  public <T> T bindJSON(java.lang.reflect.Type genericType, java.lang.Class<T> erasure, java.lang.Object json);
  public void bindJSON(java.lang.Object bean, net.sf.json.JSONObject src);
  public <T> java.util.List<T> bindJSONToList(java.lang.Class<T> type, java.lang.Object src);
  public net.sf.json.JSONObject getSubmittedForm() throws jakarta.servlet.ServletException;
  public boolean isJavaScriptProxyCall();
  @Deprecated
  public java.lang.String createJavaScriptProxy(java.lang.Object toBeExported);
}
