// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import io.changetrail.model.AuditEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a shipper goes about it.
 *
 * @param maxBytes of the journal on disk
 * @param shortLived whether the sources end when the shipper is closed
 * @param heartbeat how often the destinations are told that the sources are well
 * @param linger how long an event waits for others to go with it
 * @param superseded takes the events whose {@link io.changetrail.model.codec.ExpectedState} no
 *     longer holds at the server; {@code null} parks them as refused
 * @param timeout of connecting, and of each silence of the server
 * @param firstPause after a failure
 * @param longestPause after many
 */
record ShipperSettings(
    long maxBytes,
    boolean shortLived,
    @Nullable Duration heartbeat,
    Duration linger,
    @Nullable Consumer<AuditEvent> superseded,
    Duration timeout,
    Duration firstPause,
    Duration longestPause,
    InstantSource clock,
    RandomGenerator random) {}
