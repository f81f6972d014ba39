// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What sort of change an event reports: one of the constants, or a custom kind, whose name has a
 * dot in it ({@code acme.dns}) so that it never collides with a constant of a later version.
 *
 * @param name lower snake case
 */
public record ChangeKind(String name) {
  // Before the constants: their construction needs it.
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");

  public static final ChangeKind DEPLOYMENT = new ChangeKind("deployment");
  public static final ChangeKind CONFIG = new ChangeKind("config");
  public static final ChangeKind FEATURE_FLAG = new ChangeKind("feature_flag");
  public static final ChangeKind INFRASTRUCTURE = new ChangeKind("infrastructure");
  public static final ChangeKind SCHEMA = new ChangeKind("schema");
  public static final ChangeKind SECRET_ROTATION = new ChangeKind("secret_rotation");
  public static final ChangeKind PERMISSION = new ChangeKind("permission");
  public static final ChangeKind SCALE = new ChangeKind("scale");
  public static final ChangeKind OPERATION = new ChangeKind("operation");
  public static final ChangeKind MANUAL = new ChangeKind("manual");

  /** A commit reached a branch: it touches no environment by itself. */
  public static final ChangeKind CODE = new ChangeKind("code");

  /** A pipeline, build or task ran. */
  public static final ChangeKind BUILD = new ChangeKind("build");

  /** An artifact was packaged, signed or published. */
  public static final ChangeKind ARTIFACT = new ChangeKind("artifact");

  /** An incident was detected, reported or resolved. */
  public static final ChangeKind INCIDENT = new ChangeKind("incident");

  /** Any other delivery activity that a tool reports: a test, an approval, a ticket. */
  public static final ChangeKind ACTIVITY = new ChangeKind("activity");

  /** The kinds that alter a running environment and so must say which. */
  public static final List<ChangeKind> OF_ENVIRONMENTS =
      List.of(
          DEPLOYMENT,
          CONFIG,
          FEATURE_FLAG,
          INFRASTRUCTURE,
          SCHEMA,
          SECRET_ROTATION,
          PERMISSION,
          SCALE,
          OPERATION,
          MANUAL);

  /** The kinds that tell how a change came about, or what it did, and need no environment. */
  public static final List<ChangeKind> OF_DELIVERY =
      List.of(CODE, BUILD, ARTIFACT, INCIDENT, ACTIVITY);

  private static final Map<String, ChangeKind> BY_NAME =
      Stream.concat(OF_ENVIRONMENTS.stream(), OF_DELIVERY.stream())
          .collect(Collectors.toUnmodifiableMap(ChangeKind::name, Function.identity()));

  private static final Set<String> DELIVERY =
      OF_DELIVERY.stream().map(ChangeKind::name).collect(Collectors.toUnmodifiableSet());

  public ChangeKind {
    Require.text("change.kind", name, 64);
    if (!NAME.matcher(name).matches()) {
      throw new InvalidEventException(
          "change.kind", "'" + name + "' is not lower snake case with optional dots");
    }
  }

  /** The kind of that name; an undotted name must be one of the constants. */
  public static ChangeKind of(String name) {
    ChangeKind known = BY_NAME.get(name);
    if (known != null) {
      return known;
    }
    ChangeKind kind = new ChangeKind(name);
    if (!kind.isCustom()) {
      throw new InvalidEventException(
          "change.kind",
          "'"
              + name
              + "' is not known; use one of "
              + OF_ENVIRONMENTS
              + " or "
              + OF_DELIVERY
              + ", or a custom kind with a dot in its name such as 'acme."
              + name
              + "'");
    }
    return kind;
  }

  public boolean isCustom() {
    return name.indexOf('.') >= 0;
  }

  /** Whether an event of this kind must name at least one environment. */
  public boolean altersAnEnvironment() {
    return !DELIVERY.contains(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
