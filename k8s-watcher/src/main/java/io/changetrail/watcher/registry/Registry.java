// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * One registry that the configuration names. What it hands out is checked against its digest, so it
 * need not be believed.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md">OCI
 *     distribution</a>
 */
public final class Registry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_BYTES = 4 << 20;
  private static final int MOST_REDIRECTS = 3;

  /** An index of platforms may list another; whoever builds an image could go on for ever. */
  private static final int MOST_INDEXES = 2;

  private static final String MANIFESTS =
      "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json,"
          + " application/vnd.docker.distribution.manifest.list.v2+json,"
          + " application/vnd.docker.distribution.manifest.v2+json";
  private static final Pattern CHALLENGE = Pattern.compile("(realm|service|scope)=\"([^\"]*)\"");

  private final HttpUrl base;
  private final @Nullable Path credentialsFile;
  private final OkHttpClient http =
      new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(15)).followRedirects(false).build();

  /**
   * @param host as image references have it, with its port
   * @param plain whether it speaks HTTP, as some within a cluster do
   * @param credentialsFile {@code user:password}, read anew at each request; {@code null} for none
   */
  public Registry(String host, boolean plain, @Nullable Path credentialsFile) {
    this.base = HttpUrl.get((plain ? "http://" : "https://") + host + "/v2/");
    this.credentialsFile = credentialsFile;
  }

  /**
   * The labels of an image; of one for several platforms those of the first, as all are built from
   * one commit.
   *
   * @param repository without the registry's host
   * @throws IOException if it cannot be had, or is not what its digest says
   */
  JsonNode labels(String repository, String digest) throws IOException {
    JsonNode manifest = JSON.readTree(get(repository, "manifests", digest));
    for (int i = 0; manifest.has("manifests"); i++) {
      if (i == MOST_INDEXES) {
        throw new IOException(repository + "@" + digest + " is an index of indexes of indexes");
      }
      manifest = JSON.readTree(get(repository, "manifests", image(manifest)));
    }
    String config = manifest.at("/config/digest").asText();
    return JSON.readTree(get(repository, "blobs", config)).at("/config/Labels");
  }

  private static String image(JsonNode index) throws IOException {
    for (JsonNode platform : index.path("manifests")) {
      // Attestations stand beside the images.
      if (!platform.at("/platform/os").asText().equals("unknown")) {
        return platform.path("digest").asText();
      }
    }
    throw new IOException("an index that lists no image");
  }

  private byte[] get(String repository, String kind, String digest) throws IOException {
    HttpUrl url =
        base.newBuilder()
            .addPathSegments(repository)
            .addPathSegment(kind)
            .addPathSegment(digest)
            .build();
    String authorization = null;
    HttpUrl at = url;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Request.Builder request = new Request.Builder().url(at).header("Accept", MANIFESTS);
      if (authorization != null && at.host().equals(base.host())) {
        request.header("Authorization", authorization);
      }
      try (Response response = http.newCall(request.build()).execute()) {
        String location = response.header("Location");
        if (response.isSuccessful()) {
          return checked(bytes(response), digest);
        } else if (response.code() == 401 && authorization == null) {
          authorization = authorization(response.header("WWW-Authenticate", ""));
        } else if (response.isRedirect() && location != null) {
          HttpUrl next = at.resolve(location);
          if (next == null || (base.isHttps() && !next.isHttps())) {
            throw new IOException(url + " leads to " + location + ", which is not followed");
          }
          at = next;
        } else {
          throw new IOException(url + " answers " + response.code());
        }
      }
    }
    throw new IOException(url + " leads nowhere");
  }

  private static byte[] bytes(Response response) throws IOException {
    ResponseBody body = response.body();
    byte[] bytes = body.byteStream().readNBytes((int) MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new IOException(response.request().url() + " is larger than " + MOST_BYTES + " bytes");
    }
    return bytes;
  }

  private static byte[] checked(byte[] bytes, String digest) throws IOException {
    try {
      String is =
          "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      if (!is.equals(digest)) {
        throw new IOException("the registry hands out " + is + " for " + digest);
      }
      return bytes;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What it asks for: the credential itself, or a token that its own service gives for it. */
  private @Nullable String authorization(String challenge) throws IOException {
    String basic =
        credentialsFile == null
            ? null
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        Files.readString(credentialsFile).strip().getBytes(StandardCharsets.UTF_8));
    if (!challenge.startsWith("Bearer ")) {
      return basic;
    }
    HttpUrl.Builder tokens = null;
    Matcher part = CHALLENGE.matcher(challenge);
    while (part.find()) {
      if (part.group(1).equals("realm")) {
        HttpUrl realm = HttpUrl.parse(part.group(2));
        if (realm == null || (base.isHttps() && !realm.isHttps())) {
          throw new IOException("the registry names no service of tokens: " + challenge);
        }
        tokens = realm.newBuilder();
      } else if (tokens != null) {
        tokens.addQueryParameter(part.group(1), part.group(2));
      }
    }
    if (tokens == null) {
      throw new IOException("the registry names no service of tokens: " + challenge);
    }
    Request.Builder request = new Request.Builder().url(tokens.build());
    if (basic != null) {
      request.header("Authorization", basic);
    }
    try (Response response = http.newCall(request.build()).execute()) {
      if (!response.isSuccessful()) {
        throw new IOException("the registry's service of tokens answers " + response.code());
      }
      JsonNode answer = JSON.readTree(bytes(response));
      return "Bearer " + answer.path("token").asText(answer.path("access_token").asText());
    }
  }
}
