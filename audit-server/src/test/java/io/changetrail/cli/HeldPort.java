// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of this machine at which nothing listens, and which nobody else is given meanwhile. */
final class HeldPort {
  private final Socket bound = new Socket();

  HeldPort() throws IOException {
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  int number() {
    return bound.getLocalPort();
  }

  /** For a server that begins to listen there now. */
  String release() throws IOException {
    String number = Integer.toString(number());
    bound.close();
    return number;
  }
}
