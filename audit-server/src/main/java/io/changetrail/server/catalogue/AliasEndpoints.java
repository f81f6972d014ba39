// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.catalogue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.catalogue.Alias;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.catalogue.InvalidCatalogueException;
import io.changetrail.server.catalogue.Catalogues.OfTenant;
import io.changetrail.server.catalogue.Catalogues.Said;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/aliases}: what people say that a name stands for, beside the catalogue's files. */
public final class AliasEndpoints {
  private final Catalogues catalogues;
  private final AuditStore store;
  private final Recorder recorder;

  /** Stores an event that this server makes. */
  public interface Recorder {
    boolean append(String tenant, AuditEvent event, Instant now);
  }

  public AliasEndpoints(Catalogues catalogues, AuditStore store, Recorder recorder) {
    this.catalogues = catalogues;
    this.store = store;
    this.recorder = recorder;
  }

  /** {@code GET}: all that are kept, oldest first. */
  public Response list(Request request) {
    request.query().only(List.of());
    refuseLimited(request.caller());
    OfTenant current = catalogues.current(request.caller().tenant());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode aliases = answer.putArray("aliases");
    current.aliases().forEach(said -> aliases.add(json(request, current, said)));
    return Response.json(200, answer);
  }

  /** {@code POST}: says one. What was said already is no error. */
  public synchronized Response say(Request request) {
    request.query().only(List.of());
    refuseLimited(request.caller());
    JsonFields fields = JsonFields.ofBody(request.body());
    fields.only(Set.of("kind", "name", "of"));
    Alias.Kind kind = kind(fields.text("kind"));
    String name = fields.text("name");
    String of = fields.text("of");
    String tenant = request.caller().tenant();
    OfTenant current = catalogues.current(tenant);
    Alias alias = new Alias(kind, name, canonical(current.catalogue(), kind, of));
    Optional<Said> before = find(current, kind, name);
    if (before.isPresent() && before.get().alias().equals(alias)) {
      return Response.json(200, json(request, current, before.get()));
    }
    if (before.isPresent()) {
      throw conflict(
          "'"
              + name
              + "' was said to be a name of '"
              + before.get().alias().of()
              + "'; take that back first");
    }
    checkKnown(request, current.catalogue(), alias);
    if (knows(current.catalogue(), kind, name)) {
      throw conflict(
          "'"
              + name
              + "' is in the catalogue already, as '"
              + canonical(current.catalogue(), kind, name)
              + "'; change that where it is written");
    }
    try {
      current.catalogue().with(List.of(alias));
    } catch (InvalidCatalogueException e) {
      throw conflict(String.valueOf(e.getMessage()));
    }
    recorder.append(
        tenant,
        AliasEvent.said(alias, request.caller().name(), request.received()),
        request.received());
    OfTenant now = catalogues.reread(tenant);
    return Response.json(
        201, json(request, now, find(now, kind, name).orElseThrow(AliasEndpoints::altered)));
  }

  /** {@code DELETE}: takes one back. */
  public synchronized Response takeBack(Request request) {
    request.query().only(List.of("kind", "name"));
    refuseLimited(request.caller());
    String tenant = request.caller().tenant();
    Said said =
        find(
                catalogues.current(tenant),
                kind(request.query().required("kind")),
                request.query().required("name"))
            .orElseThrow(
                () ->
                    Problem.notFound(
                            "there is no such alias; those of the catalogue's files are changed"
                                + " there, and /v1/aliases lists the others")
                        .asException());
    recorder.append(
        tenant,
        AliasEvent.takenBack(said.alias(), request.caller().name(), request.received()),
        request.received());
    catalogues.reread(tenant);
    return Response.empty(204);
  }

  /** An alias widens what limited readers see, so none of them may say one, or read all names. */
  private static void refuseLimited(Caller caller) {
    Scope scope = caller.scope();
    if (scope != null && !scope.isWholeTenant()) {
      throw Problem.of(
              403,
              "limited",
              "The credential is limited",
              "aliases concern the whole tenant; use a credential that is not limited to"
                  + " environments, services or teams")
          .asException();
    }
  }

  private static Alias.Kind kind(String text) {
    return switch (text) {
      case "service" -> Alias.Kind.SERVICE;
      case "environment" -> Alias.Kind.ENVIRONMENT;
      default -> throw Problem.field("kind", "must be service or environment").asException();
    };
  }

  private static String canonical(Catalogue known, Alias.Kind kind, String name) {
    return kind == Alias.Kind.SERVICE ? known.service(name) : known.environment(name);
  }

  private static boolean knows(Catalogue known, Alias.Kind kind, String name) {
    return kind == Alias.Kind.SERVICE ? known.knowsService(name) : known.knowsEnvironment(name);
  }

  /** What no file and no event names is a slip of the keyboard. */
  private void checkKnown(Request request, Catalogue known, Alias alias) {
    boolean service = alias.kind() == Alias.Kind.SERVICE;
    Field field = service ? Field.SERVICE : Field.ENVIRONMENT;
    if (knows(known, alias.kind(), alias.of())
        || !store
            .search(
                Scope.of(request.caller().tenant()),
                Query.all().where(field, Set.of(alias.of())),
                View.FOLDED,
                Order.NEWEST_FIRST,
                null,
                1)
            .events()
            .isEmpty()) {
      return;
    }
    throw Problem.field(
            "of",
            "is neither in the catalogue nor named by any event"
                + (service
                        ? known.suggestService(alias.of())
                        : known.suggestEnvironment(alias.of()))
                    .map(nearest -> "; did you mean '" + nearest + "'?")
                    .orElse(""))
        .asException();
  }

  private static Optional<Said> find(OfTenant current, Alias.Kind kind, String name) {
    return current.aliases().stream()
        .filter(said -> said.alias().kind() == kind && said.alias().name().equals(name))
        .findFirst();
  }

  private ObjectNode json(Request request, OfTenant current, Said said) {
    ObjectNode json = AliasEvent.json(said.alias());
    json.put("at", said.state().since().toString());
    json.put("event", said.state().eventId());
    store
        .get(
            Scope.of(request.caller().tenant()),
            String.valueOf(said.state().eventId()),
            View.FOLDED)
        .ifPresent(event -> json.put("by", event.event().actor().id()));
    String overruled = current.overruled().get(said.alias());
    if (overruled != null) {
      json.put("overruled", overruled);
    }
    return json;
  }

  private static RuntimeException conflict(String detail) {
    return Problem.of(409, "ambiguous-name", "The name stands for something else", detail)
        .asException();
  }

  /** Redaction took the name for a secret. */
  private static RuntimeException altered() {
    return Problem.field(
            "name", "looks like a credential and is not kept; name it in the catalogue's file")
        .asException();
  }
}
