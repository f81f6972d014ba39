// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;

/**
 * For mappers that keep numbers exact: makes none that could be written but not read again. A
 * {@link BigDecimal} keeps its scale in an {@code int} and prints an exponent that may be larger:
 * 92e2147483647 is read, printed as 9.2E+2147483648, and that is refused.
 */
public final class ReadableNumbers extends JsonNodeFactory {
  /** Far beyond what anything counts, and as far from where a scale ends. */
  static final int MAX_EXPONENT = 1_000_000_000;

  private static final long serialVersionUID = 1;

  /** Whether the exponent of the scientific notation is one that is read again. */
  static boolean isReadable(BigDecimal number) {
    long exponent = (long) number.precision() - 1 - number.scale();
    return Math.abs(exponent) <= MAX_EXPONENT;
  }

  /**
   * @throws NumberFormatException if the exponent is more than a billion from zero, as the parser
   *     does for one that no {@code BigDecimal} holds
   */
  @Override
  public ValueNode numberNode(BigDecimal number) {
    if (!isReadable(number)) {
      throw new NumberFormatException("exponent beyond " + MAX_EXPONENT);
    }
    return super.numberNode(number);
  }
}
