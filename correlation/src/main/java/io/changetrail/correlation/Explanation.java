// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.List;

/**
 * How much better the shifts of all services are explained if one service was hit at that moment
 * than if none was: a log likelihood ratio, summed over signals.
 *
 * <p>A signal that the fault reaches follows a broad distribution, one that it spares follows its
 * usual one, whose tails are heavy (Student's t with three degrees of freedom), because metrics
 * spike. Whether the fault reaches a signal is uncertain: the chance depends on where in the graph
 * the signal is measured. So a caller that stays calm speaks against a service, and the service
 * that all deviating callers have in common is found, without a rule for either.
 *
 * @param logLikelihoodRatio natural logarithm; 0 where nothing speaks for or against
 * @param strongest the shifts that speak most for it, strongest first
 */
record Explanation(double logLikelihoodRatio, List<Shift> strongest) {
  Explanation {
    strongest = List.copyOf(strongest);
  }
}
