// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import org.jspecify.annotations.Nullable;

/** The kinds of objects whose changes are mapped. */
enum ObjectKind {
  DEPLOYMENT("deployments", "Deployment"),
  STATEFUL_SET("statefulsets", "StatefulSet"),
  DAEMON_SET("daemonsets", "DaemonSet"),
  CONFIG_MAP("configmaps", "ConfigMap");

  private final String resource;
  private final String kindName;

  ObjectKind(String resource, String kindName) {
    this.resource = resource;
    this.kindName = kindName;
  }

  static @Nullable ObjectKind ofResource(@Nullable String resource) {
    for (ObjectKind kind : values()) {
      if (kind.resource.equals(resource)) {
        return kind;
      }
    }
    return null;
  }

  String resource() {
    return resource;
  }

  String kindName() {
    return kindName;
  }

  boolean isWorkload() {
    return this != CONFIG_MAP;
  }
}
