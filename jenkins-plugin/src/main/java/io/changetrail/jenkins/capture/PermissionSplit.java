// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/**
 * A configuration in two parts: who may log in and do what, and all the rest. Jenkins keeps both in
 * one file.
 *
 * @param permissions by the path of each in the file; an empty object if there are none
 */
record PermissionSplit(JsonNode rest, ObjectNode permissions) {
  /** Elements of Jenkins, of matrix and of role strategies; in a job, a folder or the whole. */
  private static final Pattern PERMISSIONS =
      Pattern.compile(
          "(.*\\.)?(authorizationStrategy|Authorization(Strategy|Matrix)\\w*Property"
              + "|securityRealm|useSecurity)");

  static PermissionSplit of(JsonNode tree) {
    ObjectNode permissions = JsonNodeFactory.instance.objectNode();
    return new PermissionSplit(rest(tree, "", permissions), permissions);
  }

  private static JsonNode rest(JsonNode tree, String path, ObjectNode permissions) {
    if (tree instanceof ObjectNode) {
      ObjectNode rest = JsonNodeFactory.instance.objectNode();
      tree.properties()
          .forEach(
              field -> {
                String name = path.isEmpty() ? field.getKey() : path + "/" + field.getKey();
                if (PERMISSIONS.matcher(field.getKey()).matches()) {
                  permissions.set(name, field.getValue());
                } else {
                  rest.set(field.getKey(), rest(field.getValue(), name, permissions));
                }
              });
      return rest;
    }
    if (tree instanceof ArrayNode) {
      ArrayNode rest = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < tree.size(); i++) {
        rest.add(rest(tree.get(i), path + "/" + i, permissions));
      }
      return rest;
    }
    return tree;
  }
}
