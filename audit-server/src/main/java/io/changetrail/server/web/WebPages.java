// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.web;

import io.changetrail.server.http.Access;
import io.changetrail.server.http.Lane;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.webjars.WebJarVersionLocator;

/**
 * The user interface. Every page has an address of its own and is the same document, whose scripts
 * read the address and ask the API with the rights of the person; the files themselves hold nothing
 * that is secret.
 */
public final class WebPages {
  private static final List<String> PAGES =
      List.of(
          "/investigate",
          "/timeline",
          "/search",
          "/changes/{id}",
          "/incidents/{id}",
          "/postmortem",
          "/state",
          "/sources",
          "/unmapped",
          "/login");

  private static final List<String> FILES =
      List.of(
          "app.css",
          "app.js",
          "api.js",
          "format.js",
          "page.js",
          "icon.svg",
          "plot.js",
          "diff.js",
          "suspects.js",
          "question.js",
          "report.js",
          "investigate.js",
          "incident.js",
          "postmortem.js",
          "timeline.js",
          "search.js",
          "change.js",
          "state.js",
          "sources.js",
          "unmapped.js",
          "login.js");

  private static final Pattern IMPORT_MAP =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  private WebPages() {}

  /** A library's file as it lies in its WebJar. */
  private record Library(String path, String webJar, String file) {}

  private static final List<Library> LIBRARIES =
      List.of(
          new Library("lit/index.js", "lit", "index.js"),
          new Library("lit-html/lit-html.js", "lit-html", "lit-html.js"),
          new Library("lit-html/is-server.js", "lit-html", "is-server.js"),
          new Library("lit-element/lit-element.js", "lit-element", "lit-element.js"),
          new Library(
              "reactive-element/reactive-element.js",
              "lit__reactive-element",
              "reactive-element.js"),
          new Library("reactive-element/css-tag.js", "lit__reactive-element", "css-tag.js"),
          new Library("uplot/uPlot.js", "uplot", "dist/uPlot.esm.js"),
          new Library("uplot/uPlot.css", "uplot", "dist/uPlot.min.css"));

  /** A route for each page and each file. */
  public static List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    Asset document = Asset.of("index.html");
    String policy = policy(document);
    for (String page : PAGES) {
      routes.add(
          open(
              page, request -> document.handle(request).header("Content-Security-Policy", policy)));
    }
    routes.add(open("/", WebPages::home));
    for (String file : FILES) {
      routes.add(open("/assets/" + file, Asset.of(file)));
    }
    WebJarVersionLocator versions = new WebJarVersionLocator();
    for (Library library : LIBRARIES) {
      routes.add(
          open(
              "/assets/" + library.path(),
              Asset.of(
                  "/META-INF/resources/webjars/"
                      + library.webJar()
                      + "/"
                      + versions.version(library.webJar())
                      + "/"
                      + library.file())));
    }
    return List.copyOf(routes);
  }

  private static Response home(Request request) {
    return Response.empty(302).header("Location", "/timeline");
  }

  private static Route open(String template, io.changetrail.server.http.Endpoint endpoint) {
    return new Route("GET", template, Access.PUBLIC, Lane.DIRECT, endpoint);
  }

  /**
   * Nothing but our own files, so that captured text that slipped through as markup does nothing.
   * The import map must stand in the document (HTML allows no other place), and is named by hash.
   *
   * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy</a>
   */
  private static String policy(Asset document) {
    Matcher map = IMPORT_MAP.matcher(new String(document.bytes(), StandardCharsets.UTF_8));
    if (!map.find()) {
      throw new IllegalStateException("the document has no import map");
    }
    return "default-src 'none'; script-src 'self' 'sha256-"
        + Asset.sha256(map.group(1).getBytes(StandardCharsets.UTF_8))
        + "'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
        + " form-action 'self'; frame-ancestors 'none'";
  }
}
