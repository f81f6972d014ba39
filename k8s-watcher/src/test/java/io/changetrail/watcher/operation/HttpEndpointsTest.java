// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpEndpointsTest {
  @Test
  void whoSendsSlowlyDoesNotKeepTheOthersWaitingForEver() throws Exception {
    try (HttpEndpoints endpoints = HttpEndpoints.http("127.0.0.1", 0)) {
      endpoints
          .on("/audit", question -> HttpEndpoints.Answer.of(200, question.body().read()))
          .start();
      List<Socket> slow = new ArrayList<>();
      try {
        // More than there are threads.
        for (int i = 0; i < 8; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoints.port());
          socket
              .getOutputStream()
              .write(
                  "POST /audit HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"
                      .getBytes(StandardCharsets.US_ASCII));
          slow.add(socket);
        }
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest whole =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + "/audit"))
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
    }
  }
}
