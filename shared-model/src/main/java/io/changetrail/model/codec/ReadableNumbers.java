// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;

/**
 * For mappers that keep numbers exact: makes none that is written and not read again, or read again
 * as another. A {@link BigDecimal} keeps its scale in an {@code int} and prints an exponent that
 * may be larger: 92e2147483647 is read, printed as 9.2E+2147483648, and that is refused. And 1.0 is
 * printed as 1, which is a whole number; so are, without a difference between them, 100, 100.0 and
 * 1e2.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.3">RFC 8785, numbers</a>
 */
public final class ReadableNumbers extends JsonNodeFactory {
  /** Far beyond what anything counts, and as far from where a scale ends. */
  static final int MAX_EXPONENT = 1_000_000_000;

  /** Of these any number fits into a {@code long}. */
  private static final int WHOLE_DIGITS = 18;

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
    boolean whole = number.precision() - (long) number.scale() <= WHOLE_DIGITS && isWhole(number);
    return whole ? whole(number.longValueExact()) : super.numberNode(number);
  }

  private static boolean isWhole(BigDecimal number) {
    return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
  }

  /** As the parser makes one of digits alone. */
  private ValueNode whole(long number) {
    return number == (int) number ? numberNode((int) number) : numberNode(number);
  }
}
