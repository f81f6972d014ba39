// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;

/** Ports for servers that are not there all the time. */
final class Ports {
  private static final Random ANY = new Random();

  private Ports() {}

  /**
   * A free port below those that Linux gives to outgoing connections and to whoever asks for any:
   * while nobody listens, a client that connects to one of those may be given the very same port,
   * and keep it.
   */
  static int free() {
    for (int i = 0; i < 100; i++) {
      int candidate = 20_000 + ANY.nextInt(12_000);
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // another one, then
      }
    }
    throw new AssertionError("no free port");
  }

  /** A port that refuses connections, and that nobody else can have until this is closed. */
  static Socket refusing() throws IOException {
    Socket held = new Socket();
    held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return held;
  }
}
