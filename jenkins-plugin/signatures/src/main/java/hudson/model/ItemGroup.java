// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/ItemGroup.java
package hudson.model;

public interface ItemGroup<T extends hudson.model.Item> extends hudson.model.ModelObject {
  public java.lang.String getFullName();
  public java.lang.String getFullDisplayName();
  public java.util.Collection<T> getItems();
  public java.lang.String getUrl();
  public java.lang.String getUrlChildPrefix();
  public T getItem(java.lang.String name) throws org.springframework.security.access.AccessDeniedException;
  public java.io.File getRootDirFor(T child);
  public void onDeleted(T item) throws java.io.IOException;
  public default <T extends hudson.model.Item> java.util.List<T> getAllItems(java.lang.Class<T> type) {
    throw new UnsupportedOperationException();
  }
  public default <T extends hudson.model.Item> java.util.List<T> getAllItems(java.lang.Class<T> type, java.util.function.Predicate<T> pred) {
    throw new UnsupportedOperationException();
  }
  public default java.util.List<hudson.model.Item> getAllItems() {
    throw new UnsupportedOperationException();
  }
}
