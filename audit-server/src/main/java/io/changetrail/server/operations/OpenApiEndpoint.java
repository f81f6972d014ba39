// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/openapi.json}: the description of the API. */
public final class OpenApiEndpoint implements Endpoint {
  private volatile @Nullable JsonNode description;

  @Override
  public Response handle(Request request) throws IOException {
    JsonNode read = description;
    if (read == null) {
      try (InputStream in = OpenApiEndpoint.class.getResourceAsStream("openapi.yaml")) {
        read = new YAMLMapper().readTree(java.util.Objects.requireNonNull(in));
      }
      description = read;
    }
    return Response.json(200, read);
  }
}
