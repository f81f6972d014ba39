// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Histogram;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** {@code GET /v1/histogram} and {@code GET /v1/facets}: counts of what the filters find. */
public final class CountEndpoints {
  private static final int MAX_VALUES = 1000;

  private final AuditStore store;
  private final Catalogues catalogue;

  public CountEndpoints(AuditStore store, Catalogues catalogue) {
    this.store = store;
    this.catalogue = catalogue;
  }

  /** Counts over time. */
  public Response histogram(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "width");
    Query query = Filters.query(parameters, catalogue.of(request.caller().tenant()));
    Histogram histogram = store.histogram(request.scope(), query, width(parameters));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("width", histogram.width().toString());
    answer.put("total", histogram.total());
    ArrayNode buckets = answer.putArray("buckets");
    histogram
        .buckets()
        .forEach(
            bucket ->
                buckets
                    .addObject()
                    .put("start", bucket.start().toString())
                    .put("count", bucket.count()));
    return Response.json(200, answer);
  }

  private static Duration width(Parameters parameters) {
    String text = parameters.one("width").orElse("PT1H");
    try {
      Duration width = Duration.parse(text);
      if (width.compareTo(Duration.ofSeconds(1)) >= 0 && width.toDays() <= 366) {
        return width;
      }
    } catch (DateTimeException e) {
      // As wrong as a width out of bounds, with the same remedy.
    }
    throw Problem.field("width", "must be an ISO 8601 duration from PT1S to P366D").asException();
  }

  /** Counts by value. */
  public Response facets(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "facet", "top");
    Catalogue known = catalogue.of(request.caller().tenant());
    Query query = Filters.query(parameters, known);
    int top = parameters.number("top", 1, MAX_VALUES, 10);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode facets = answer.putArray("facets");
    for (Facet facet : store.facets(request.scope(), query, fields(parameters), MAX_VALUES)) {
      ObjectNode json = facets.addObject().put("field", facet.field().wireName());
      ArrayNode values = json.putArray("values");
      named(facet, known).entrySet().stream()
          .sorted(
              Map.Entry.<String, Long>comparingByValue()
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .limit(top)
          .forEach(
              entry ->
                  values.addObject().put("value", entry.getKey()).put("count", entry.getValue()));
    }
    return Response.json(200, answer);
  }

  /**
   * By the names that the catalogue has, as the filters find them: whoever chooses a value gets
   * what was counted. An event that names one service in two ways counts twice.
   */
  private static Map<String, Long> named(Facet facet, Catalogue known) {
    Map<String, Long> counts = new HashMap<>();
    for (Facet.Count count : facet.values()) {
      String name =
          switch (facet.field()) {
            case SERVICE -> known.service(count.value());
            case ENVIRONMENT -> known.environment(count.value());
            default -> count.value();
          };
      counts.merge(name, count.count(), Long::sum);
    }
    return counts;
  }

  private static Set<Field> fields(Parameters parameters) {
    Set<Field> fields = EnumSet.noneOf(Field.class);
    for (String name : parameters.all("facet")) {
      fields.add(
          Field.named(name)
              .orElseThrow(
                  () ->
                      Problem.field(
                              "facet",
                              "must be one of "
                                  + Arrays.stream(Field.values()).map(Field::wireName).toList())
                          .asException()));
    }
    return fields.isEmpty()
        ? EnumSet.of(Field.SERVICE, Field.ENVIRONMENT, Field.KIND, Field.OUTCOME, Field.ACTOR)
        : fields;
  }

  /** {@code GET /v1/unmapped}: names that the catalogue does not know, with its nearest guess. */
  public Response unmapped(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters);
    Catalogue known = catalogue.of(request.caller().tenant());
    Query query = Filters.query(parameters, known);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode services = answer.putArray("services");
    ArrayNode environments = answer.putArray("environments");
    Map<String, Long> asWorkloads = asWorkloads(request.scope(), query, known);
    for (Facet facet :
        store.facets(
            request.scope(), query, EnumSet.of(Field.SERVICE, Field.ENVIRONMENT), MAX_VALUES)) {
      boolean service = facet.field() == Field.SERVICE;
      for (Facet.Count count : facet.values()) {
        String name = count.value();
        if (service ? known.knowsService(name) : known.knowsEnvironment(name)) {
          continue;
        }
        long unknown = count.count() - (service ? asWorkloads.getOrDefault(name, 0L) : 0);
        if (unknown <= 0) {
          continue;
        }
        ObjectNode entry =
            (service ? services : environments).addObject().put("name", name).put("count", unknown);
        (service ? known.suggestService(name) : known.suggestEnvironment(name))
            .ifPresent(suggestion -> entry.put("suggestion", suggestion));
      }
    }
    return Response.json(200, answer);
  }

  /**
   * Events by their names of services, of those that are found as workloads of a known service. An
   * event with several targets counts under each of its names.
   */
  private Map<String, Long> asWorkloads(Scope scope, Query query, Catalogue known) {
    Set<String> workloads = new LinkedHashSet<>();
    known.workloads().forEach(workload -> workloads.add(workload.term()));
    Set<String> wanted = query.fields().get(Field.SERVICE);
    if (wanted != null) {
      workloads.retainAll(wanted);
    }
    Map<String, Long> counts = new HashMap<>();
    if (!workloads.isEmpty()) {
      store
          .facets(
              scope,
              query.where(Field.SERVICE, workloads),
              EnumSet.of(Field.SERVICE),
              Integer.MAX_VALUE)
          .forEach(
              facet -> facet.values().forEach(count -> counts.put(count.value(), count.count())));
    }
    return counts;
  }
}
