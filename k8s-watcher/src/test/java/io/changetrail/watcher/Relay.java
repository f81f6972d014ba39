// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes bytes on to a port of loopback, until it is cut. */
final class Relay implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final int to;
  private boolean cut;

  Relay(int to) throws IOException {
    this.to = to;
    begin(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Breaks what is open, and lets nothing through. */
  synchronized void cut() throws IOException {
    cut = true;
    for (Socket one : open) {
      one.close();
    }
    open.clear();
  }

  synchronized void mend() {
    cut = false;
  }

  private static void begin(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept());
      } catch (IOException e) {
        // Whoever asks asks again.
      }
    }
  }

  /** Either before a cut, which then breaks it, or after, and then not at all. */
  private synchronized void connect(Socket from) throws IOException {
    if (cut) {
      from.close();
      return;
    }
    Socket there;
    try {
      there = new Socket(InetAddress.getLoopbackAddress(), to);
    } catch (IOException e) {
      from.close();
      throw e;
    }
    open.add(from);
    open.add(there);
    begin(() -> pass(from, there));
    begin(() -> pass(there, from));
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // It was cut.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cut();
  }
}
