// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

/**
 * What names an event within a tenant: the CloudEvents {@code source} and {@code id}.
 *
 * @param source URI reference of the installation that saw the change, for example {@code
 *     https://github.com/acme/checkout} or {@code /k8s/prod-eu1}; at most 1,024 characters
 * @param id derived by the source from the natural key of what happened, so that the same
 *     occurrence always has the same id; at most 512 characters
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#id">CloudEvents
 *     1.0, id</a>
 */
public record EventRef(String source, String id) {
  public EventRef {
    Require.text("source", source, 1024);
    Require.text("id", id, 512);
  }

  @Override
  public String toString() {
    return source + " " + id;
  }
}
