// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Passes connections on to a server, and ends some of them within the body of their request. */
final class CuttingRelay implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *(\\d+)\r\n");

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final URI server;
  private final Deque<Double> cuts = new ConcurrentLinkedDeque<>();

  CuttingRelay(URI server) throws IOException {
    this.server = server;
    run(this::accept);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Of the next connection's request only this part of the body arrives, from 0 to less than 1. */
  void cut(double part) {
    cuts.add(part);
  }

  /** How many cuts have not been made yet. */
  int left() {
    return cuts.size();
  }

  private static void run(Runnable work) {
    Thread thread = new Thread(work, "cutting-relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket client = listener.accept();
        run(() -> relay(client));
      }
    } catch (IOException closed) {
      // It is over.
      return;
    }
  }

  private void relay(Socket client) {
    try (client;
        Socket behind = new Socket(server.getHost(), server.getPort())) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = head(in);
      OutputStream out = behind.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      Matcher length = LENGTH.matcher(head);
      Double part = length.find() ? cuts.poll() : null;
      if (part != null) {
        out.write(in.readNBytes((int) (part * Integer.parseInt(length.group(1)))));
        out.flush();
        return;
      }
      run(() -> pump(behind, client));
      in.transferTo(out);
    } catch (IOException e) {
      // One end has gone, and with it the other.
      return;
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        break;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // As above.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
