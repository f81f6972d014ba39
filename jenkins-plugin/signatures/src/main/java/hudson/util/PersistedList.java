// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/PersistedList.java
package hudson.util;

public abstract class PersistedList<T> extends java.util.AbstractList<T> {
  public native boolean add(T item);
  public native boolean addAll(java.util.Collection<? extends T> items);
  public native T get(int index);
  public native <U extends T> U get(java.lang.Class<U> type);
  public native int size();
  public native boolean remove(java.lang.Object o);
  public native void clear();
  public native java.util.Iterator<T> iterator();
  public native <X> X[] toArray(X[] array);
  public native boolean isEmpty();
  public native boolean contains(java.lang.Object item);
  protected PersistedList() {}
}
