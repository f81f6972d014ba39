// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.changetrail.watcher.capture.PackedJson;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory of manifests, mostly a checkout of Git that something keeps up to date. What is
 * declared anew takes a while to be applied: until then an object may be as either says.
 * Thread-safe.
 */
public final class ManifestDirectory implements Declaration {
  private static final System.Logger LOG = System.getLogger(ManifestDirectory.class.getName());
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final long MOST_BYTES = 4 << 20;
  private static final int MOST_FILES = 20_000;

  private final Path directory;
  private final String namespace;
  private final Duration settling;
  private final InstantSource clock;

  /** By group, kind, namespace and name. */
  private Map<String, Manifest> manifests = Map.of();

  /** What stood there before, as long as it may still be in force; the newest first. */
  private final Deque<Replaced> replaced = new ArrayDeque<>();

  private Map<Path, String> read = Map.of();
  private String revision = "";
  private boolean isRead;

  /** What was complained of. */
  private Set<String> troubles = Set.of();

  /**
   * One declared object.
   *
   * @param file relative to the directory
   * @param since when it was declared at the latest
   */
  private record Manifest(
      String type, String apiVersion, PackedJson state, String file, Instant since) {
    Manifest since(Instant earlier) {
      return new Manifest(type, apiVersion, state, file, earlier);
    }

    boolean says(Manifest other) {
      return apiVersion.equals(other.apiVersion) && state.unpacked().equals(other.state.unpacked());
    }
  }

  /**
   * Where a declared object should be.
   *
   * @param type group and kind, as {@link #type} names them
   * @param namespace also where objects of this type lie in none
   * @param since from when on it should be there
   */
  record Place(String key, String type, String namespace, String name, Instant since) {}

  private record Replaced(String key, Manifest manifest, Instant at) {}

  /**
   * @param namespace of what names none
   * @param settling how long what is declared anew may take to be applied
   */
  public ManifestDirectory(
      Path directory, String namespace, Duration settling, InstantSource clock) {
    this.directory = directory;
    this.namespace = namespace;
    this.settling = settling;
    this.clock = clock;
  }

  /**
   * Reads it again if it has changed.
   *
   * @return group and kind of what is to be compared anew, as {@link #type} names them
   * @throws IOException if it cannot be read; what was read before stays
   */
  public Set<String> refresh() throws IOException {
    Map<Path, String> now = files();
    synchronized (this) {
      Instant moment = clock.instant();
      Set<String> types = new HashSet<>();
      while (!replaced.isEmpty() && !moment.isBefore(replaced.getLast().at().plus(settling))) {
        types.add(replaced.removeLast().manifest().type());
      }
      if (!now.equals(read)) {
        load(now, moment, types);
      }
      // Each time: a commit may follow the files that it is of.
      revision = Checkout.revision(directory).orElse("");
      return types;
    }
  }

  private void load(Map<Path, String> now, Instant moment, Set<String> types) {
    Map<String, Manifest> fresh = manifests(now.keySet());
    manifests.forEach(
        (key, manifest) -> {
          Manifest next = fresh.get(key);
          if (next == null || !next.says(manifest)) {
            types.add(manifest.type());
            replaced.addFirst(new Replaced(key, manifest, moment));
          }
        });
    fresh.forEach(
        (key, manifest) -> {
          Manifest before = manifests.get(key);
          if (before == null || !before.says(manifest)) {
            types.add(manifest.type());
          }
        });
    if (isRead) {
      // The time of a file says nothing of an object that stood in another before.
      fresh.replaceAll(
          (key, manifest) -> {
            Manifest before = manifests.get(key);
            return manifest.since(before == null ? moment : before.since());
          });
    }
    isRead = true;
    manifests = fresh;
    read = now;
  }

  /** The files with what shows that one has changed. */
  private Map<Path, String> files() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    Path root = directory.toRealPath();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            boolean hidden = !path.equals(root) && path.getFileName().toString().startsWith(".");
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            String name = path.getFileName().toString();
            if (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json")) {
              files.put(path, attributes.lastModifiedTime() + "/" + attributes.size());
            }
            return files.size() < MOST_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
          }
        });
    return files;
  }

  private Map<String, Manifest> manifests(Set<Path> files) {
    Map<String, Manifest> found = new HashMap<>();
    Set<String> twice = new HashSet<>();
    Set<String> complaints = new HashSet<>();
    if (files.size() == MOST_FILES) {
      complaints.add("only " + MOST_FILES + " of its files are read");
    }
    for (Path file : files) {
      try {
        if (Files.size(file) > MOST_BYTES) {
          complaints.add(file.getFileName() + " is larger than " + MOST_BYTES + " bytes");
          continue;
        }
        for (ObjectNode object : objects(file)) {
          Manifest manifest = manifest(file, object);
          String key = key(object);
          Manifest other = found.put(key, manifest);
          if (other != null) {
            twice.add(key);
            complaints.add(
                key
                    + " is declared in "
                    + other.file()
                    + " and in "
                    + manifest.file()
                    + ", so nothing is compared with either; give a directory of rendered"
                    + " manifests");
          }
        }
      } catch (IOException | RuntimeException e) {
        complaints.add(
            file.getFileName()
                + " is not read: "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      }
    }
    found.keySet().removeAll(twice);
    complaints.stream()
        .filter(one -> !troubles.contains(one))
        .sorted()
        .forEach(one -> LOG.log(System.Logger.Level.WARNING, "{0}: {1}", directory, one));
    troubles = complaints;
    return found;
  }

  private static List<ObjectNode> objects(Path file) throws IOException {
    List<ObjectNode> objects = new ArrayList<>();
    try (MappingIterator<JsonNode> documents =
        YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
      while (documents.hasNextValue()) {
        JsonNode document = documents.nextValue();
        if (document.path("items").isArray()) {
          document.path("items").forEach(item -> add(item, objects));
        } else {
          add(document, objects);
        }
      }
    }
    return objects;
  }

  private static void add(JsonNode document, List<ObjectNode> objects) {
    if (document instanceof ObjectNode object
        && object.path("apiVersion").isTextual()
        && object.path("kind").isTextual()
        && object.at("/metadata/name").isTextual()) {
      objects.add(object);
    }
  }

  private Manifest manifest(Path file, ObjectNode object) throws IOException {
    return new Manifest(
        type(object),
        object.path("apiVersion").asText(),
        PackedJson.of(LastApplied.asServed(object)),
        directory.toRealPath().relativize(file).toString(),
        Files.getLastModifiedTime(file).toInstant());
  }

  /** How long the cluster may be ahead of it, but not longer than that. */
  Duration lag(Duration most) {
    return settling.compareTo(most) < 0 ? settling : most;
  }

  /** Whether it could be read at least once. */
  synchronized boolean isRead() {
    return isRead;
  }

  synchronized boolean declares(String key) {
    return manifests.containsKey(key);
  }

  /** All declared objects. */
  synchronized List<Place> declared() {
    List<Place> places = new ArrayList<>();
    manifests.forEach(
        (key, manifest) -> {
          String[] parts = key.split("/", 4);
          places.add(
              new Place(key, manifest.type(), parts[2], parts[3], manifest.since().plus(settling)));
        });
    return places;
  }

  /** What is declared of one; empty if nothing is any longer. */
  synchronized Optional<ObjectNode> object(String key) {
    return Optional.ofNullable(manifests.get(key))
        .map(manifest -> (ObjectNode) manifest.state().unpacked());
  }

  /** Where one is declared, for people. */
  synchronized String where(String key) {
    Manifest manifest = manifests.get(key);
    return manifest == null ? "" : where(manifest, revision);
  }

  /** Group and kind. */
  private static String type(JsonNode object) {
    String apiVersion = object.path("apiVersion").asText();
    int slash = apiVersion.indexOf('/');
    return (slash < 0 ? "" : apiVersion.substring(0, slash)) + "/" + object.path("kind").asText();
  }

  /** Group and kind of a type, as {@link #refresh} names them. */
  public static String type(ResourceType type) {
    return type.group() + "/" + type.kind();
  }

  /** What lies in no namespace has none in a manifest either, and is found without. */
  String key(JsonNode manifest) {
    return key(manifest, manifest.at("/metadata/namespace").asText(namespace));
  }

  /** The key of an object. */
  String key(ResourceType type, @Nullable String inNamespace, String name) {
    return type(type) + "/" + (inNamespace == null ? namespace : inNamespace) + "/" + name;
  }

  private static String key(JsonNode object, String namespace) {
    return type(object) + "/" + namespace + "/" + object.at("/metadata/name").asText();
  }

  @Override
  public synchronized List<Declared> of(ObjectNode object) {
    String key = key(object);
    List<Declared> declared = new ArrayList<>();
    Manifest now = manifests.get(key);
    // Fields of another version have other names.
    if (now != null && now.apiVersion().equals(object.path("apiVersion").asText())) {
      declared.add(declared(now, revision));
      for (Replaced before : replaced) {
        if (before.key().equals(key) && before.manifest().apiVersion().equals(now.apiVersion())) {
          declared.add(declared(before.manifest(), ""));
        }
      }
    }
    return declared;
  }

  private static Declared declared(Manifest manifest, String revision) {
    return new Declared((ObjectNode) manifest.state().unpacked(), where(manifest, revision));
  }

  private static String where(Manifest manifest, String revision) {
    return manifest.file()
        + (revision.isEmpty()
            ? ""
            : " at " + revision.substring(0, Math.min(7, revision.length())));
  }
}
