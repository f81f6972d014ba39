// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

/**
 * An event, or a part of one, that breaks a rule of the model.
 *
 * <p>The message is written for the person who must mend the producer: it says what was wrong and
 * what to do. {@link #field()} names the offending field by its path in the event, for example
 * {@code actor.id} or {@code targets[1].environment}.
 */
public final class InvalidEventException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final String detail;

  /**
   * @param field path of the offending field, for example {@code change.rollout}
   * @param detail what is wrong and the remedy, one sentence or two
   */
  public InvalidEventException(String field, String detail) {
    super(field + ": " + detail);
    this.field = field;
    this.detail = detail;
  }

  public String field() {
    return field;
  }

  /** The message without the field's name in front. */
  public String detail() {
    return detail;
  }

  /** The same complaint about a field that sits deeper in the event. */
  public InvalidEventException within(String parent) {
    InvalidEventException moved = new InvalidEventException(parent + "." + field, detail);
    moved.addSuppressed(this);
    return moved;
  }
}
