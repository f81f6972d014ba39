// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpEndpointsTest {
  /**
   * A process in which nothing has used the JDK's server before, as the watcher's own: how long it
   * waits is settled by then.
   */
  static final class Alone {
    public static void main(String[] arguments) throws Exception {
      try (HttpEndpoints endpoints = HttpEndpoints.http("127.0.0.1", 0)) {
        endpoints
            .on("/audit", question -> HttpEndpoints.Answer.of(200, question.body().read()))
            .start();
        System.out.println(endpoints.port());
        // Until the test ends it, or is gone.
        int ignored = System.in.read();
      }
    }
  }

  @Test
  void whoSendsSlowlyDoesNotKeepTheOthersWaitingForEver() throws Exception {
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Alone.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = server.inputReader()) {
      int port = Integer.parseInt(out.readLine());
      List<Socket> slow = new ArrayList<>();
      try {
        // More than there are threads.
        for (int i = 0; i < 8; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
          socket
              .getOutputStream()
              .write(
                  "POST /audit HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"
                      .getBytes(StandardCharsets.US_ASCII));
          slow.add(socket);
        }
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest whole =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/audit"))
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString("whole"))
                .build();
        // One that waits behind them may be cut off with them, and is made again.
        await()
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptions()
            .until(
                () -> client.send(whole, HttpResponse.BodyHandlers.ofString()).body(),
                answer -> answer.equals("whole"));
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }
}
