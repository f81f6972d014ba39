// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks up from which commit an image was built, where it runs and nobody told: an event is passed
 * on at once, and amended with what the labels of its image say. Only images that are known by
 * their digest are looked up, since a tag may mean another by then. Thread-safe.
 *
 * @see <a href="https://specs.opencontainers.org/image-spec/annotations/">OCI annotations</a>
 */
public final class ImageLabels implements Consumer<AuditEvent>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ImageLabels.class.getName());
  private static final int MOST_KNOWN = 2000;

  /** Behind a registry that hangs no more than so many wait. */
  private static final int MOST_WAITING = 1000;

  private static final Pattern REPOSITORY = Pattern.compile("[?&]repository_url=([^&]+)");

  private final Consumer<AuditEvent> shipper;
  private final Map<String, Registry> registries;
  private final ThreadPoolExecutor lookups =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          work -> {
            Thread thread = new Thread(work, "changetrail-image-labels");
            thread.setDaemon(true);
            return thread;
          },
          (work, full) -> {
            if (!full.isShutdown()) {
              LOG.log(
                  System.Logger.Level.WARNING,
                  "more than {0} images wait for their registries; the labels of one more are not"
                      + " looked up",
                  MOST_WAITING);
            }
          });
  private final Map<String, Optional<Provenance.Vcs>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Provenance.Vcs>> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  /**
   * @param registries that may be asked, by host, one question after the other
   */
  public ImageLabels(Consumer<AuditEvent> shipper, Map<String, Registry> registries) {
    this.shipper = shipper;
    this.registries = Map.copyOf(registries);
  }

  @Override
  public void accept(AuditEvent event) {
    shipper.accept(event);
    if (!registries.isEmpty()
        && !event.isAmendment()
        && event.change().kind().equals(ChangeKind.DEPLOYMENT)
        && event.provenance().vcs() == null
        && event.provenance().artifacts().stream().anyMatch(one -> one.digest() != null)) {
      lookups.execute(() -> look(event));
    }
  }

  private void look(AuditEvent event) {
    Set<Provenance.Vcs> commits = new LinkedHashSet<>();
    for (Provenance.Artifact artifact : event.provenance().artifacts()) {
      of(artifact).ifPresent(commits::add);
    }
    // Of two commits nobody knows which is the service's.
    if (commits.size() == 1) {
      shipper.accept(
          AuditEvent.builder(
                  new EventRef(event.ref().source(), event.ref().id() + "/image"),
                  event.time(),
                  Actor.unknown(),
                  Change.of(event.change().kind(), Phase.OCCURRED, Folding.AMEND)
                      .summary("by the labels of its image")
                      .build())
              .provenance(new Provenance(commits.iterator().next(), null, java.util.List.of()))
              .amends(event.ref())
              .build());
    }
  }

  private Optional<Provenance.Vcs> of(Provenance.Artifact artifact) {
    String digest = artifact.digest();
    String name = repository(artifact.purl());
    int slash = name.indexOf('/');
    Registry registry = slash < 0 ? null : registries.get(name.substring(0, slash));
    if (digest == null || registry == null) {
      return Optional.empty();
    }
    String key = name + "@" + digest;
    synchronized (known) {
      Optional<Provenance.Vcs> before = known.get(key);
      if (before != null) {
        return before;
      }
    }
    try {
      Optional<Provenance.Vcs> commit = commit(registry.labels(name.substring(slash + 1), digest));
      synchronized (known) {
        known.put(key, commit);
      }
      return commit;
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the labels of {0} cannot be read, so its commit is not known by them: {1}",
          key,
          String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static String repository(@Nullable String purl) {
    Matcher found = REPOSITORY.matcher(purl == null ? "" : purl);
    return found.find() ? URLDecoder.decode(found.group(1), StandardCharsets.UTF_8) : "";
  }

  private static Optional<Provenance.Vcs> commit(JsonNode labels) {
    String revision = text(labels, "org.opencontainers.image.revision", 256);
    return Optional.ofNullable(revision)
        .map(
            one ->
                new Provenance.Vcs(
                    text(labels, "org.opencontainers.image.source", 1024),
                    one,
                    null,
                    null,
                    null,
                    null,
                    null));
  }

  private static @Nullable String text(JsonNode labels, String name, int most) {
    String text = labels.path(name).asText("");
    return text.isBlank() || text.length() > most || text.indexOf(0) >= 0 ? null : text;
  }

  @Override
  public void close() {
    lookups.shutdownNow();
  }
}
