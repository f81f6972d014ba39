// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a shipper goes about it.
 *
 * @param maxBytes of the journal on disk
 * @param shortLived whether the sources end when the shipper is closed
 * @param heartbeat how often the destinations are told that the sources are well
 * @param linger how long an event waits for others to go with it
 * @param timeout of connecting, and of each silence of the server
 * @param firstPause after a failure
 * @param longestPause after many
 */
record ShipperSettings(
    long maxBytes,
    boolean shortLived,
    @Nullable Duration heartbeat,
    Duration linger,
    Duration timeout,
    Duration firstPause,
    Duration longestPause,
    InstantSource clock,
    RandomGenerator random) {}
