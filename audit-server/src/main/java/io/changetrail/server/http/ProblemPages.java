// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Requests that Jetty itself refuses are answered with problems too. */
final class ProblemPages implements Request.Handler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().put("Content-Type", Problem.MEDIA_TYPE);
    Content.Sink.write(response, true, page(response.getStatus()), callback);
    return true;
  }

  private static String page(int status) {
    Problem problem =
        switch (status) {
          case HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431, HttpStatus.URI_TOO_LONG_414 ->
              Problem.of(
                  status,
                  "too-large",
                  "The request's header fields are too large",
                  "shorten the URL and the header fields");
          case HttpStatus.SERVICE_UNAVAILABLE_503 ->
              Problem.of(
                  status, "stopping", "The server is stopping", "send the request again later");
          default ->
              status >= 500
                  ? Problem.of(status, "failure", "The server failed", "the log says why")
                  : Problem.of(
                      status,
                      "bad-request",
                      "Not a proper HTTP request",
                      "check the request line and the header fields against RFC 9112");
        };
    return problem.toJson().toString();
  }
}
