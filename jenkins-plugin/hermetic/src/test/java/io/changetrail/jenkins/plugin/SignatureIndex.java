// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The facts of {@code signatures/api.index}, as published sources of Jenkins state them. */
final class SignatureIndex {
  /**
   * A class or one of its members.
   *
   * @param flags its modifiers, and {@code deprecated} or {@code restricted} where it is
   */
  record Fact(String name, String descriptor, Set<String> flags) {}

  /** A class. */
  record Type(Fact fact, @Nullable String superclass, List<String> interfaces, List<Fact> members) {
    Optional<Fact> member(String name, String descriptor) {
      return members.stream()
          .filter(each -> each.name().equals(name) && each.descriptor().equals(descriptor))
          .findFirst();
    }
  }

  private final Map<String, Type> types = new LinkedHashMap<>();

  static SignatureIndex read(Path file) throws IOException {
    return new SignatureIndex(Files.readAllLines(file));
  }

  SignatureIndex(List<String> lines) {
    List<Fact> members = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.strip().split(" ", -1);
      if (words[0].equals("class")) {
        members = new ArrayList<>();
        int end = words.length;
        Set<String> flags = new LinkedHashSet<>(List.of(words[2].split(",", -1)));
        while (words[end - 1].equals("deprecated") || words[end - 1].equals("restricted")) {
          flags.add(words[--end]);
        }
        types.put(
            words[1],
            new Type(
                new Fact(words[1], "", flags),
                words[4].equals("-") ? null : words[4],
                end > 6 ? List.of(words[6].split(",", -1)) : List.of(),
                members));
      } else {
        Set<String> flags = new LinkedHashSet<>(List.of(words[3].split(",", -1)));
        flags.addAll(List.of(words).subList(4, words.length));
        members.add(new Fact(words[1], words[2], flags));
      }
    }
  }

  Optional<Type> type(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /** The member that a use of it means: of the class itself, or of one above it. */
  Optional<Fact> resolve(String owner, String name, String descriptor) {
    Type type = types.get(owner);
    if (type == null) {
      return Optional.empty();
    }
    Optional<Fact> own = type.member(name, descriptor);
    if (own.isPresent() || name.equals("<init>")) {
      return own;
    }
    List<String> above = new ArrayList<>(type.interfaces());
    if (type.superclass() != null) {
      above.add(0, type.superclass());
    }
    return above.stream().flatMap(each -> resolve(each, name, descriptor).stream()).findFirst();
  }

  /** The class and all above it that are in the index. */
  Set<String> hierarchy(String name) {
    Set<String> all = new LinkedHashSet<>();
    Type type = types.get(name);
    if (type != null && all.add(name)) {
      type.interfaces().forEach(each -> all.addAll(hierarchy(each)));
      if (type.superclass() != null) {
        all.addAll(hierarchy(type.superclass()));
      }
    }
    return all;
  }

  /** The classes of the platform that a class inherits from, as far as the index goes up. */
  Set<String> platform(String name) {
    Set<String> all = new LinkedHashSet<>(Set.of("java/lang/Object"));
    for (String each : hierarchy(name)) {
      Type type = types.get(each);
      all.add(String.valueOf(type.superclass()));
      all.addAll(type.interfaces());
    }
    all.removeIf(each -> !each.startsWith("java/"));
    return all;
  }
}
