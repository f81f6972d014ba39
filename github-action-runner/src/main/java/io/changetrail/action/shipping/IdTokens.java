// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.action.workflow.StepVariables;
import io.changetrail.shipper.Credentials;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * The workflow's own identity: a token that GitHub issues to this job for one audience. It is asked
 * for anew at each request, since it lives for minutes only.
 *
 * @see <a href="https://docs.github.com/actions/reference/security/oidc">OpenID Connect
 *     reference</a>
 */
public final class IdTokens implements Credentials {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long LONGEST_ANSWER = 64 << 10;

  private final OkHttpClient http =
      new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(10)).followRedirects(false).build();
  private final HttpUrl url;
  private final String permission;
  private final Consumer<String> masked;

  private IdTokens(HttpUrl url, String permission, Consumer<String> masked) {
    this.url = url;
    this.permission = permission;
    this.masked = masked;
  }

  /**
   * Where the job may ask for such tokens; empty without {@code permissions: id-token: write}.
   *
   * @param audience that they are for
   * @param masked keeps each out of the log
   */
  public static Optional<Credentials> of(
      StepVariables variables, String audience, Consumer<String> masked) {
    Optional<HttpUrl> url =
        variables.get("ACTIONS_ID_TOKEN_REQUEST_URL").map(HttpUrl.Companion::parse);
    Optional<String> permission = variables.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    if (url.isEmpty() || permission.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new IdTokens(
            url.get().newBuilder().setQueryParameter("audience", audience).build(),
            permission.get(),
            masked));
  }

  @Override
  public String bearerToken() throws IOException {
    Request request =
        new Request.Builder()
            .url(url)
            .header("Authorization", "bearer " + permission)
            .header("Accept", "application/json")
            .build();
    try (Response response = http.newCall(request).execute()) {
      if (!response.isSuccessful()) {
        throw new IOException("GitHub issues no id-token: status " + response.code());
      }
      JsonNode answer = JSON.readTree(response.peekBody(LONGEST_ANSWER).bytes());
      String token = answer.path("value").asText();
      if (token.isEmpty()) {
        throw new IOException("GitHub's answer holds no id-token");
      }
      masked.accept(token);
      return token;
    }
  }
}
