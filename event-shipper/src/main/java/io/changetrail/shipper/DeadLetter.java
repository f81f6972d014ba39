// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/**
 * An event that its destination will not take as it is.
 *
 * @param file that holds it
 * @param reason what the destination said
 * @param event the CloudEvent
 */
record DeadLetter(Path file, String reason, JsonNode event) {}
