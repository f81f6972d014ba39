// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.nio.file.Path;

/**
 * An event that its destination will not take as it is.
 *
 * @param file that holds it
 * @param event the CloudEvent in JSON
 */
record DeadLetter(Path file, byte[] event) {}
