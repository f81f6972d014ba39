// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import java.util.ArrayList;
import java.util.List;

/**
 * Components of a Backstage descriptor.
 *
 * @see <a href="https://backstage.io/docs/features/software-catalog/descriptor-format">descriptor
 *     format</a>
 */
final class BackstageFile {
  private BackstageFile() {}

  static List<Service> parse(String yaml) {
    List<Service> services = new ArrayList<>();
    for (YamlFields entity : YamlFields.documents(yaml)) {
      if ("Component".equals(entity.text("kind"))) {
        services.add(component(entity.mapping("metadata"), entity.mapping("spec")));
      }
    }
    return services;
  }

  private static Service component(YamlFields metadata, YamlFields spec) {
    String name = metadata.text("name");
    if (name == null) {
      throw metadata.wrong("name", "is required");
    }
    YamlFields annotations = metadata.mapping("annotations");
    List<String> repositories = new ArrayList<>();
    String slug = annotations.text("github.com/project-slug");
    if (slug != null) {
      repositories.add(slug);
    }
    List<String> aliases = new ArrayList<>();
    String workload = annotations.text("backstage.io/kubernetes-id");
    if (workload != null && !workload.equals(name)) {
      aliases.add(workload);
    }
    String owner = spec.text("owner");
    return new Service(
        name,
        aliases,
        repositories,
        List.of(),
        List.of(),
        owner == null ? null : entityName(owner),
        spec.texts("dependsOn").stream()
            .filter(ref -> !ref.startsWith("resource:"))
            .map(BackstageFile::entityName)
            .toList());
  }

  /** {@code cart} of {@code component:default/cart}. */
  private static String entityName(String ref) {
    return ref.substring(Math.max(ref.lastIndexOf(':'), ref.lastIndexOf('/')) + 1);
  }
}
