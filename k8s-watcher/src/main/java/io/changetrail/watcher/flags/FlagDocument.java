// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.flags;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.source.openfeature.FlagFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in an object where flags lie.
 *
 * @param file {@code null} if what lies there cannot be read
 * @param trouble why it cannot be read, or not all of it; {@code null} if all can
 * @see <a href="https://openfeature.dev/docs/tutorials/open-feature-operator/">OpenFeature
 *     operator</a>
 */
record FlagDocument(@Nullable FlagFile file, @Nullable String trouble) {
  /** The group of the OpenFeature operator. */
  private static final String OPENFEATURE = "core.openfeature.dev/";

  /** Where its versions have the flags. */
  private static final List<String> SPECS = List.of("/spec/flagSpec", "/spec/featureFlagSpec");

  static boolean mayHold(JsonNode object) {
    return object.path("kind").asText().equals("ConfigMap")
        || object.path("apiVersion").asText().startsWith(OPENFEATURE);
  }

  /**
   * The flags of an object, by where in it they lie.
   *
   * @param state of the object, or the object itself
   */
  static Map<String, FlagDocument> of(JsonNode state) {
    Map<String, FlagDocument> documents = new LinkedHashMap<>();
    if (state.path("kind").asText().equals("ConfigMap")) {
      state
          .path("data")
          .properties()
          .forEach(entry -> add(documents, entry.getKey(), parsed(entry.getValue().asText())));
    } else {
      for (String spec : SPECS) {
        JsonNode flags = state.at(spec);
        add(
            documents,
            spec.substring(1).replace('/', '.'),
            flags.isTextual() ? parsed(flags.asText()) : of(FlagFile.of(flags).orElse(null)));
      }
    }
    return documents;
  }

  private static void add(
      Map<String, FlagDocument> documents, String name, @Nullable FlagDocument document) {
    if (document != null) {
      documents.put(name, document);
    }
  }

  private static @Nullable FlagDocument parsed(String text) {
    try {
      return of(FlagFile.parse(text).orElse(null));
    } catch (JsonProcessingException e) {
      return new FlagDocument(null, "is neither JSON nor YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      return new FlagDocument(null, "cannot be read: " + e.getMessage());
    }
  }

  private static @Nullable FlagDocument of(@Nullable FlagFile file) {
    return file == null
        ? null
        : new FlagDocument(
            file,
            file.unreadable().isEmpty()
                ? null
                : "has what is no flag of " + file.provider() + ": " + file.unreadable());
  }
}
