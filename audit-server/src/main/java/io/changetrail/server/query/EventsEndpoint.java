// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.View;
import java.util.List;
import java.util.Locale;

/** {@code GET /v1/events}: pages of events, newest first unless asked otherwise. */
public final class EventsEndpoint implements Endpoint {
  private static final int USUAL_PAGE = 100;

  private final AuditStore store;
  private final Catalogues catalogue;

  public EventsEndpoint(AuditStore store, Catalogues catalogue) {
    this.store = store;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "view", "order", "limit", "cursor");
    Query query = Filters.query(parameters, catalogue.of(request.caller().tenant()));
    View view = choice(parameters, "view", View.class, View.FOLDED);
    Order order = choice(parameters, "order", Order.class, Order.NEWEST_FIRST);
    int limit = parameters.number("limit", 1, AuditStore.MAX_PAGE, USUAL_PAGE);
    // What the reader asked, not what the catalogue makes of it: that may change between pages.
    List<Object> asked = List.of(asked(parameters), view, order);
    Position after =
        parameters.one("cursor").map(cursor -> Cursor.decode(cursor, asked)).orElse(null);
    Page page = store.search(request.scope(), query, view, order, after, limit);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode events = answer.putArray("events");
    page.events().forEach(event -> events.add(EventJson.of(event)));
    Position next = page.next();
    answer.put("nextCursor", next == null ? null : Cursor.encode(next, asked));
    return Response.json(200, answer);
  }

  /** The filters alone, in one order. */
  static String asked(Parameters parameters) {
    return parameters.names().stream()
        .filter(name -> !List.of("limit", "cursor", "view", "order").contains(name))
        .sorted()
        .map(name -> name + "=" + parameters.all(name))
        .toList()
        .toString();
  }

  static <E extends Enum<E>> E choice(
      Parameters parameters, String name, Class<E> type, E otherwise) {
    String given = parameters.one(name).orElse(null);
    if (given == null) {
      return otherwise;
    }
    for (E value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(given)) {
        return value;
      }
    }
    throw Problem.field(
            name,
            "must be one of "
                + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT))
        .asException();
  }
}
