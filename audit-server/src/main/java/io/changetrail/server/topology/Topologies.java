// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.topology;

import io.changetrail.correlation.Topology;
import io.changetrail.correlation.Topology.Edge;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.config.InvalidConfigException;
import io.changetrail.server.config.ReloadedFiles;
import io.changetrail.server.http.Problem;
import io.changetrail.server.query.Sight;
import io.changetrail.store.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that is known of who calls whom: the catalogue's dependencies, the objects of clusters, files
 * of the settings, and documents that were sent, which are kept in the data directory. Of several
 * that name the same edge the heaviest counts.
 */
public final class Topologies {
  private static final String ENDING = ".json";
  private static final String PREFIX = "tenant-";

  /** Of one tenant; all are looked through for each question. */
  private static final int MAX_DOCUMENTS = 50;

  private final RecordedClusters clusters;
  private final Path kept;
  private final List<ReloadedFiles<Calls>> files;

  /** By tenant and name. */
  private final Map<String, Map<String, Calls>> sent = new TreeMap<>();

  /**
   * Reads what is there.
   *
   * @param clusters whose objects are recorded
   * @param files of the settings, each read again when it changes
   * @param kept the directory of what was sent; need not exist
   * @throws InvalidConfigException if a file cannot be read
   */
  public Topologies(RecordedClusters clusters, List<Path> files, Path kept) {
    this.clusters = clusters;
    this.kept = kept;
    this.files =
        files.stream()
            .map(file -> new ReloadedFiles<>("topology", List.of(file), any -> read(file)))
            .toList();
    for (Path tenant : list(kept)) {
      Map<String, Calls> documents = new TreeMap<>();
      for (Path document : list(tenant)) {
        String name = document.getFileName().toString();
        if (name.endsWith(ENDING)) {
          documents.put(name.substring(0, name.length() - ENDING.length()), read(document));
        }
      }
      sent.put(
          URLDecoder.decode(
              tenant.getFileName().toString().substring(PREFIX.length()), StandardCharsets.UTF_8),
          documents);
    }
  }

  private static Calls read(Path file) {
    try {
      return Calls.read(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new InvalidConfigException("topology: cannot read " + file);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException("topology: " + file + " " + e.getMessage());
    }
  }

  private static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
  }

  /** The files of the settings. */
  public List<ReloadedFiles<Calls>> files() {
    return files;
  }

  /** Keeps a document in place of the earlier one of that name, durably. */
  synchronized void put(String tenant, String name, Calls calls) throws IOException {
    Map<String, Calls> documents = sent.computeIfAbsent(tenant, any -> new TreeMap<>());
    if (documents.size() >= MAX_DOCUMENTS && !documents.containsKey(name)) {
      throw Problem.of(
              422,
              "too-much",
              "Too many documents",
              "there are " + MAX_DOCUMENTS + " topologies already; send one of these names again")
          .asException();
    }
    Path directory =
        Files.createDirectories(
            kept.resolve(PREFIX + URLEncoder.encode(tenant, StandardCharsets.UTF_8)));
    Path fresh = directory.resolve(name + ".new");
    // On disk before it takes its name: a half one would keep the server from starting.
    Files.writeString(
        fresh,
        calls.toJson().toString(),
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    Files.move(
        fresh,
        directory.resolve(name + ENDING),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    documents.put(name, calls);
  }

  /**
   * Where edges are from, and those between services that the reader may see, by canonical name.
   */
  Map<String, List<Edge>> bySource(Scope scope, Catalogue catalogue) {
    Sight sight = new Sight(scope, catalogue);
    Map<String, List<Edge>> all = new TreeMap<>();
    bySource(scope.tenant(), catalogue)
        .forEach(
            (source, edges) ->
                all.put(
                    source,
                    edges.stream()
                        .filter(edge -> sight.ofService(edge.caller()))
                        .filter(edge -> sight.ofService(edge.callee()))
                        .toList()));
    return all;
  }

  private synchronized Map<String, List<Edge>> bySource(String tenant, Catalogue catalogue) {
    Map<String, List<Edge>> all = new TreeMap<>();
    List<Edge> declared = new ArrayList<>();
    catalogue
        .services()
        .forEach(
            service ->
                catalogue
                    .dependsOn(service.name())
                    .forEach(callee -> declared.add(new Edge(service.name(), callee))));
    all.put("catalogue", declared);
    all.put("kubernetes", clusters.calls(tenant).edges(catalogue::service));
    for (ReloadedFiles<Calls> file : files) {
      Path name = file.files().get(0).getFileName();
      all.computeIfAbsent("file " + name, any -> new ArrayList<>())
          .addAll(file.get().edges(catalogue::service));
    }
    sent.getOrDefault(tenant, Map.of())
        .forEach((name, calls) -> all.put("sent " + name, calls.edges(catalogue::service)));
    return all;
  }

  /** The graph as far as the reader may see it: a path through others would name them. */
  public Topology of(Scope scope, Catalogue catalogue) {
    List<Edge> edges = new ArrayList<>();
    bySource(scope, catalogue).values().forEach(edges::addAll);
    return new Topology(edges);
  }
}
