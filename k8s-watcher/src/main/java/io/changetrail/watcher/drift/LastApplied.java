// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What {@code kubectl apply}, and Argo CD by default, leave at the object: what they were given.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/">Declarative
 *     management of objects</a>
 */
public final class LastApplied implements Declaration {
  private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public List<Declared> of(ObjectNode object) {
    String text = object.at("/metadata/annotations").path(ANNOTATION).asText("");
    if (text.isEmpty()) {
      return List.of();
    }
    try {
      return JSON.readTree(text) instanceof ObjectNode declared
          ? List.of(new Declared(asServed(declared), "last-applied-configuration"))
          : List.of();
    } catch (JsonProcessingException e) {
      return List.of(); // somebody wrote it by hand: it declares nothing
    }
  }

  /** What is written into a Secret as text is served encoded, with the rest of its data. */
  static ObjectNode asServed(ObjectNode declared) {
    if (declared.path("kind").asText().equals("Secret")
        && declared.remove("stringData") instanceof ObjectNode texts) {
      ObjectNode data = declared.withObject("/data");
      texts
          .properties()
          .forEach(
              text ->
                  data.put(
                      text.getKey(), text.getValue().asText().getBytes(StandardCharsets.UTF_8)));
    }
    return declared;
  }
}
