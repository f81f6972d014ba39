// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.Difference;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words by which an event is found: runs of letters and digits, NFKC-normalised, in lower case.
 */
public final class SearchText {
  /** How many different words of one event are indexed; the first ones in order of weight. */
  public static final int MAX_WORDS = 400;

  private static final int MAX_WORD_LENGTH = 64;

  private SearchText() {}

  /** The words of summary, names, reason, commit message, changed paths and values, attributes. */
  public static Set<String> words(AuditEvent event, List<Difference> differences) {
    Set<String> words = new LinkedHashSet<>();
    add(words, event.change().summary());
    for (Target target : event.targets()) {
      add(words, target.service());
      add(words, target.environment());
      add(words, target.namespace());
      add(words, target.cluster());
      Resource resource = target.resource();
      if (resource != null) {
        add(words, resource.kind());
        add(words, resource.name());
      }
    }
    add(words, event.actor());
    add(words, event.onBehalfOf());
    add(words, event.change().reason());
    add(words, event.change().ticket());
    Provenance.Vcs vcs = event.provenance().vcs();
    if (vcs != null) {
      add(words, vcs.repository());
      add(words, vcs.ref());
      add(words, vcs.author());
      add(words, vcs.message());
    }
    Provenance.Build build = event.provenance().build();
    if (build != null) {
      add(words, build.pipeline());
      add(words, build.stage());
    }
    event.provenance().artifacts().forEach(artifact -> add(words, artifact.version()));
    for (Difference difference : differences) {
      difference.path().forEach(segment -> add(words, segment));
      add(words, difference.before());
      add(words, difference.after());
    }
    event
        .attributes()
        .forEach(
            (name, value) -> {
              add(words, name);
              add(words, value);
            });
    return words;
  }

  /** The words of a query, each possibly with a trailing {@code *}. */
  public static Set<String> queryWords(String text) {
    Set<String> words = new LinkedHashSet<>();
    for (String part : text.split("\\s+", -1)) {
      boolean prefix = part.endsWith("*") && part.length() > 1;
      List<String> found = new ArrayList<>(); // its last word may be there before
      add(found, part);
      for (int i = 0; i < found.size(); i++) {
        words.add(prefix && i == found.size() - 1 ? found.get(i) + "*" : found.get(i));
      }
    }
    return words;
  }

  private static void add(Set<String> words, @Nullable Actor actor) {
    if (actor != null) {
      add(words, actor.id());
      add(words, actor.name());
      add(words, actor.via());
    }
  }

  private static void add(Set<String> words, @Nullable JsonNode value) {
    if (value != null && value.isValueNode()) {
      add(words, value.asText());
    } else if (value != null) {
      value.forEach(child -> add(words, child));
    }
  }

  private static void add(Collection<String> words, @Nullable String text) {
    if (text == null || words.size() >= MAX_WORDS) {
      return;
    }
    String normal =
        isPlain(text)
            ? text.toLowerCase(Locale.ROOT)
            : Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    int start = -1;
    int i = 0;
    while (i <= normal.length()) {
      int point = i < normal.length() ? normal.codePointAt(i) : ' ';
      if (Character.isLetterOrDigit(point)) {
        start = start < 0 ? i : start;
      } else if (start >= 0) {
        if (words.size() >= MAX_WORDS) {
          return;
        }
        words.add(cut(normal.substring(start, i)));
        start = -1;
      }
      i += Character.charCount(point);
    }
  }

  private static String cut(String word) {
    return word.length() <= MAX_WORD_LENGTH
        ? word
        : word.substring(
            0,
            Character.isHighSurrogate(word.charAt(MAX_WORD_LENGTH - 1))
                ? MAX_WORD_LENGTH - 1
                : MAX_WORD_LENGTH);
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }
}
