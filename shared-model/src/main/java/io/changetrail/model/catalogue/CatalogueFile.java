// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The catalogue's own YAML form:
 *
 * <pre>{@code
 * services:
 *   checkout:
 *     aliases: [checkout-svc]
 *     repositories: [acme/checkout]
 *     workloads: [shop/checkout-*, eu-1/payments/checkout]
 *     flagProjects: [shop]
 *     team: payments
 *     dependsOn: [cart, payment]
 * environments:
 *   prod: [prd, production]
 * }</pre>
 */
final class CatalogueFile {
  private CatalogueFile() {}

  static Catalogue parse(String yaml) {
    List<YamlFields> documents = YamlFields.documents(yaml);
    if (documents.isEmpty()) {
      return Catalogue.empty();
    }
    if (documents.size() > 1) {
      throw new InvalidCatalogueException("the catalogue must be one YAML document");
    }
    YamlFields root = documents.get(0);
    root.only(Set.of("services", "environments"));
    List<Service> services = new ArrayList<>();
    YamlFields declared = root.mapping("services");
    for (String name : declared.names()) {
      YamlFields fields = declared.mapping(name);
      fields.only(
          Set.of("aliases", "repositories", "workloads", "flagProjects", "team", "dependsOn"));
      services.add(
          new Service(
              name,
              fields.texts("aliases"),
              fields.texts("repositories"),
              workloads(fields),
              fields.texts("flagProjects"),
              fields.text("team"),
              fields.texts("dependsOn")));
    }
    Map<String, List<String>> environments = new LinkedHashMap<>();
    YamlFields names = root.mapping("environments");
    names.names().forEach(name -> environments.put(name, names.texts(name)));
    return new Catalogue(services, environments);
  }

  private static List<WorkloadSelector> workloads(YamlFields service) {
    return service.texts("workloads").stream()
        .map(
            text ->
                WorkloadSelector.parse(text)
                    .orElseThrow(
                        () ->
                            service.wrong(
                                "workloads",
                                "has '"
                                    + text
                                    + "'; write namespace/name or cluster/namespace/name, with *"
                                    + " for any text")))
        .toList();
  }
}
