// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/RunList.java
package hudson.util;

public abstract class RunList<R extends hudson.model.Run> extends java.util.AbstractList<R> {
  public native java.util.Iterator<R> iterator();
  @Deprecated
  public native int size();
  @Deprecated
  public native R get(int index);
  public native java.util.List<R> subList(int fromIndex, int toIndex);
  public native int indexOf(java.lang.Object o);
  public native int lastIndexOf(java.lang.Object o);
  public native boolean isEmpty();
  public native hudson.util.RunList<R> byTimestamp(long start, long end);
  protected RunList() {}
}
