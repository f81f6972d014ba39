// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/ExtensionList.java
package hudson;

public abstract class ExtensionList<T> extends java.util.AbstractList<T> {
  public native <U extends T> U get(java.lang.Class<U> type);
  public native java.util.Iterator<T> iterator();
  public native T get(int index);
  public native int size();
  public native boolean remove(java.lang.Object o);
  public native boolean removeAll(java.util.Collection<?> c);
  public final native T remove(int index);
  @Deprecated
  public native boolean add(T t);
  public native void add(int index, T element);
  public static native <T> hudson.ExtensionList<T> lookup(java.lang.Class<T> type);
  public static native <U> U lookupSingleton(java.lang.Class<U> type);
  protected ExtensionList() {}
}
