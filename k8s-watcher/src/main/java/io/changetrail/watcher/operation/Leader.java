// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * The replica that emits, for one that does not: what the API server sent to the one is handed over
 * to the other, which has the same certificate.
 */
public final class Leader {
  private final Supplier<Optional<String>> host;
  private final int port;
  private final OkHttpClient http;

  /**
   * @param host where the leader takes what the API server sends; empty while there is none
   * @param port the same for all replicas
   * @param certificate that all replicas have
   * @param patience for one request
   */
  public Leader(
      Supplier<Optional<String>> host, int port, ServerCertificate certificate, Duration patience) {
    this.host = host;
    this.port = port;
    this.http =
        new OkHttpClient.Builder()
            .sslSocketFactory(
                certificate.forClient().getSocketFactory(), certificate.trustingItself())
            // The certificate itself says who it is; pods have addresses that no name stands for.
            .hostnameVerifier((name, session) -> true)
            .followRedirects(false)
            .callTimeout(patience)
            .build();
  }

  /**
   * Hands over a request.
   *
   * @return whether the leader took it
   */
  boolean take(String path, String authorization, byte[] body) {
    Optional<String> there = host.get();
    if (there.isEmpty()) {
      return false;
    }
    Request request =
        new Request.Builder()
            .url(
                new HttpUrl.Builder()
                    .scheme("https")
                    .host(there.get())
                    .port(port)
                    .addPathSegments(path.substring(1))
                    .build())
            .header("Authorization", authorization)
            .header(HttpEndpoints.HANDED_OVER, "1")
            .post(RequestBody.create(body, MediaType.get("application/json")))
            .build();
    try (Response response = http.newCall(request).execute()) {
      return response.isSuccessful();
    } catch (IOException e) {
      return false; // it may have gone, and the one who asks asks again
    }
  }
}
