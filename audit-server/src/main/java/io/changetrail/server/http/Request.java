// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import io.changetrail.store.Scope;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request, read whole, bounded and allowed. */
public final class Request {
  private final String method;
  private final String path;
  private final Map<String, String> pathParameters;
  private final Parameters query;
  private final Headers headers;
  private final byte[] body;
  private final Caller caller;
  private final Instant received;

  Request(
      String method,
      String path,
      Map<String, String> pathParameters,
      Parameters query,
      Headers headers,
      byte[] body,
      Caller caller,
      Instant received) {
    this.method = method;
    this.path = path;
    this.pathParameters = Map.copyOf(pathParameters);
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.caller = caller;
    this.received = received;
  }

  public String method() {
    return method;
  }

  /** The decoded path, without the query. */
  public String path() {
    return path;
  }

  /** The value of {@code {name}} in the route's template. */
  public String pathParameter(String name) {
    @Nullable String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no {" + name + "}");
    }
    return value;
  }

  public Parameters query() {
    return query;
  }

  public Headers headers() {
    return headers;
  }

  /** The body, decompressed; empty if there is none. Not to be altered. */
  public byte[] body() {
    return body;
  }

  public Caller caller() {
    return caller;
  }

  /** When the header fields had arrived, by the server's clock. */
  public Instant received() {
    return received;
  }

  /** What the caller may read. Only for routes with {@link Access#READ}. */
  public Scope scope() {
    @Nullable Scope scope = caller.scope();
    if (scope == null) {
      throw new IllegalStateException(method + " " + path + " is not a route for readers");
    }
    return scope;
  }
}
