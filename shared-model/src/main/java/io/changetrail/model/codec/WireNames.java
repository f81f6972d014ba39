// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import io.changetrail.model.InvalidEventException;
import java.util.Map;
import java.util.function.Function;

/**
 * Puts the model's complaints into the terms of whoever wrote the JSON: {@code
 * targets[1].environment} of the model stands at {@code
 * data.customData.changetrail.targets[1].deployment.environment.name} on the wire.
 */
final class WireNames {
  private static final Map<String, String> BY_MODEL_NAME =
      Map.ofEntries(
          Map.entry("service", "service.name"),
          Map.entry("environment", "deployment.environment.name"),
          Map.entry("region", "cloud.region"),
          Map.entry("cluster", "k8s.cluster.name"),
          Map.entry("namespace", "k8s.namespace.name"),
          Map.entry("vcs.repository", "vcs.repository.url.full"),
          Map.entry("vcs.revision", "vcs.ref.head.revision"),
          Map.entry("vcs.ref", "vcs.ref.head.name"),
          Map.entry("vcs.author", "vcs.commit.author"),
          Map.entry("vcs.message", "vcs.commit.message"),
          Map.entry("vcs.pullRequest", "vcs.change.id"),
          Map.entry("vcs.compareUrl", "vcs.compare.url.full"),
          Map.entry("build.system", "cicd.system.name"),
          Map.entry("build.pipeline", "cicd.pipeline.name"),
          Map.entry("build.runId", "cicd.pipeline.run.id"),
          Map.entry("build.url", "cicd.pipeline.run.url.full"),
          Map.entry("build.stage", "cicd.pipeline.task.name"),
          Map.entry("interval", "change.observedLate"));

  private static final String TARGET_ENVIRONMENT = "].environment";

  private WireNames() {}

  /** The part that the fields make up; complaints about it name the place of these fields. */
  static <T> T within(Fields fields, Function<Fields, T> part) {
    try {
      return part.apply(fields);
    } catch (InvalidEventException e) {
      if (e.field().startsWith(fields.path())) {
        throw e;
      }
      String name = e.field();
      int dot = name.indexOf('.');
      String local =
          switch (dot < 0 ? name : name.substring(0, dot)) {
            case "actor", "artifact" -> name.substring(dot + 1);
            default -> BY_MODEL_NAME.getOrDefault(name, name);
          };
      boolean whole = dot < 0 && (name.equals("artifact") || name.equals("target"));
      throw renamed(e, whole ? fields.path() : fields.path() + "." + local);
    }
  }

  /** The complaint about a part of our data, which stands at {@code path}. */
  static InvalidEventException onTheWire(InvalidEventException e, String path) {
    String name = e.field();
    if (name.startsWith(path) || name.equals("traceparent") || name.equals("tracestate")) {
      return e;
    }
    String local = name.startsWith("links.") ? name.substring("links.".length()) : name;
    if (local.endsWith(TARGET_ENVIRONMENT)) {
      local =
          local.substring(0, local.length() - TARGET_ENVIRONMENT.length())
              + "].deployment.environment.name";
    }
    return renamed(e, path + "." + BY_MODEL_NAME.getOrDefault(local, local));
  }

  private static InvalidEventException renamed(InvalidEventException e, String field) {
    InvalidEventException renamed = new InvalidEventException(field, e.detail());
    renamed.addSuppressed(e);
    return renamed;
  }
}
