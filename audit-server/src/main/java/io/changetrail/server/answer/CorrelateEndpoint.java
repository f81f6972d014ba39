// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.util.List;

/** {@code POST /v1/correlate}: hand it an anomaly, get the ranked suspects with the evidence. */
public final class CorrelateEndpoint implements Endpoint {
  private final Correlator correlator;

  public CorrelateEndpoint(Correlator correlator) {
    this.correlator = correlator;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    Question question = correlator.question(request);
    return Response.json(
        200,
        correlator
            .answer(request.scope(), question, request.received())
            .toJsonWithSeries(question.anomaly()));
  }
}
