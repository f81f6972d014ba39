// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a {@linkplain Leaf#personal personal part} is of one account. Id and name of actor and
 * principal go where the id is the account's. A commit's author goes where it is the account's id,
 * one of its names or mail address {@code Name <id>}. A free text goes with its writer, and where
 * it mentions the account: a message is by the commit's author, a reason by the principal; where
 * that one is not given, by the principal or the actor. What is of others stays.
 *
 * @param id the account's id, as actors have it
 * @param names the account's other names; not those of others
 */
public record Erasure(String id, Set<String> names) {
  public Erasure {
    names = names.stream().filter(name -> !name.isBlank()).collect(Collectors.toUnmodifiableSet());
  }

  /** Of an account whose names are not known. */
  public static Erasure of(String id) {
    return new Erasure(id, Set.of());
  }

  /** Also by the names that this personal part gives the account. */
  public Erasure knowing(ObjectNode personal) {
    Set<String> all = new HashSet<>(names);
    if (isOf(personal, Leaf.ACTOR)) {
      all.add(value(personal, Leaf.ACTOR + Leaf.NAME));
    }
    if (isOf(personal, Leaf.PRINCIPAL)) {
      all.add(value(personal, Leaf.PRINCIPAL + Leaf.NAME));
    }
    return all.equals(names) ? this : new Erasure(id, all);
  }

  /** Whether the account is actor or principal. */
  public boolean isAbout(ObjectNode personal) {
    return isOf(personal, Leaf.ACTOR) || isOf(personal, Leaf.PRINCIPAL);
  }

  /** What stays of a personal part; empty if nothing of it is the account's. */
  public Optional<ObjectNode> rest(ObjectNode personal) {
    ObjectNode rest = personal.deepCopy();
    boolean actor = isOf(personal, Leaf.ACTOR);
    boolean principal = isOf(personal, Leaf.PRINCIPAL);
    if (actor) {
      rest.remove(Leaf.ACTOR + Leaf.ID);
      rest.remove(Leaf.ACTOR + Leaf.NAME);
    }
    if (principal) {
      rest.remove(Leaf.PRINCIPAL + Leaf.ID);
      rest.remove(Leaf.PRINCIPAL + Leaf.NAME);
    }
    String author = value(personal, Leaf.AUTHOR);
    boolean wroteCommit = author.isEmpty() ? actor || principal : isNamedBy(author);
    if (wroteCommit) {
      rest.remove(Leaf.AUTHOR);
    }
    if (wroteCommit || isMentionedIn(value(personal, Leaf.MESSAGE))) {
      rest.remove(Leaf.MESSAGE);
    }
    boolean gaveReason = personal.has(Leaf.PRINCIPAL + Leaf.ID) ? principal : actor;
    if (gaveReason || isMentionedIn(value(personal, Leaf.REASON))) {
      rest.remove(Leaf.REASON);
    }
    if (isNamedBy(value(personal, Leaf.FOREIGN_USER))) {
      rest.remove(Leaf.FOREIGN_USER);
    }
    return rest.size() == personal.size() ? Optional.empty() : Optional.of(rest);
  }

  private boolean isOf(ObjectNode personal, String person) {
    return value(personal, person + Leaf.ID).equals(id);
  }

  private static String value(ObjectNode personal, String pointer) {
    JsonNode value = personal.path(pointer).path("value");
    return value.asText();
  }

  private Stream<String> all() {
    return Stream.concat(Stream.of(id), names.stream());
  }

  /** Whether a text that names a person, perhaps with a mail address, names the account. */
  private boolean isNamedBy(String text) {
    int mail = text.lastIndexOf('<');
    String name = mail < 0 ? text : text.substring(0, mail);
    String address = mail < 0 ? "" : text.substring(mail + 1).replace(">", "");
    return all()
        .anyMatch(
            known ->
                known.equalsIgnoreCase(text.strip())
                    || known.equalsIgnoreCase(name.strip())
                    || known.equalsIgnoreCase(address.strip()));
  }

  /** Whether a free text has one of the account's names as words of their own. */
  private boolean isMentionedIn(String text) {
    return !text.isEmpty() && all().anyMatch(known -> mention(known).matcher(text).find());
  }

  private static Pattern mention(String name) {
    String exact = Pattern.quote(name.strip().toLowerCase(Locale.ROOT));
    int flags = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    if (name.codePoints().anyMatch(Character::isIdeographic)) {
      return Pattern.compile(exact, flags); // written without spaces between words
    }
    return Pattern.compile(
        "(?<![\\p{L}\\p{N}])(?<![\\p{L}\\p{N}][._-])" + exact + "(?![._@-]?[\\p{L}\\p{N}])", flags);
  }
}
