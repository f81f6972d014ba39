// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.jenkins.capture.Placement.Sender;
import io.changetrail.shipper.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ways to the audit server: one for the controller, and one for each folder that has a
 * credential of its own. Whose events are whose the server tells by the credential, so they lie in
 * spools of their own. Safe for use by several threads.
 */
public final class Trails {
  private static final System.Logger LOG = System.getLogger(Trails.class.getName());
  private static final JsonMapper JSON = new JsonMapper();
  private static final String WHOSE = "sender.json";
  private static final Duration LONGEST_RELEASE = Duration.ofSeconds(5);

  private final Path home;
  private final Trail whole;
  private final Map<Sender, Trail> others = new ConcurrentHashMap<>();
  private volatile @Nullable Target target;

  private record Target(URI server, Function<Sender, Credentials> credentials) {}

  /**
   * Trails that capture nothing until they are told a server.
   *
   * @param home folder of the spools and of the redaction key, for this controller alone
   * @param installation id of the controller
   */
  public Trails(Path home, String installation) {
    this.home = home;
    this.whole = new Trail(home, installation);
  }

  /**
   * Ships to this server from now on. What waits in the spool of a folder is sent too, though no
   * run there begins.
   *
   * @param credentials of the whole controller
   * @param ofFolder the credentials of a folder
   */
  public synchronized void shipTo(
      URI server, Credentials credentials, Function<Sender, Credentials> ofFolder) {
    target = new Target(server, ofFolder);
    whole.shipTo(server, credentials);
    found().forEach(each -> others.computeIfAbsent(each, this::made));
    others.forEach((sender, trail) -> trail.shipTo(server, ofFolder.apply(sender)));
  }

  /** Captures and ships nothing from now on; what is spooled stays. */
  public synchronized void stop() {
    target = null;
    whole.stop();
    others.values().forEach(Trail::stop);
  }

  /** The way of the controller itself. */
  public Trail whole() {
    return whole;
  }

  /** The way of those who send with that credential; {@code null} for the controller's. */
  public Trail of(@Nullable Sender sender) {
    if (sender == null) {
      return whole;
    }
    Trail known = others.get(sender);
    return known != null ? known : opened(sender);
  }

  private synchronized Trail opened(Sender sender) {
    Target where = target;
    Trail known = others.get(sender);
    if (known != null) {
      return known;
    }
    Trail trail = made(sender);
    if (where != null) {
      note(sender);
      trail.shipTo(where.server(), where.credentials().apply(sender));
    }
    others.put(sender, trail);
    return trail;
  }

  private Trail made(Sender sender) {
    Path folder = folder(sender);
    return whole.beside(folder, folder.getFileName().toString());
  }

  private Path folder(Sender sender) {
    return home.resolve("senders")
        .resolve(Snapshots.hash(sender.folder() + "\n" + sender.credentialsId()));
  }

  /** So that it is found after a restart; names alone, never the token. */
  private void note(Sender sender) {
    try {
      Path folder = folder(sender);
      Files.createDirectories(folder);
      Files.write(
          folder.resolve(WHOSE),
          JSON.writeValueAsBytes(
              JSON.createObjectNode()
                  .put("folder", sender.folder())
                  .put("credentialsId", sender.credentialsId())));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the spool of a folder cannot be noted: {0}", e);
    }
  }

  private List<Sender> found() {
    Path senders = home.resolve("senders");
    if (!Files.isDirectory(senders)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(senders)) {
      return folders.map(each -> each.resolve(WHOSE)).flatMap(Trails::read).toList();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the spools of folders cannot be listed: {0}", e);
      return List.of();
    }
  }

  private static Stream<Sender> read(Path file) {
    try {
      JsonNode sender = JSON.readTree(Files.readAllBytes(file));
      return sender.path("folder").isTextual() && sender.path("credentialsId").isTextual()
          ? Stream.of(
              new Sender(sender.get("folder").textValue(), sender.get("credentialsId").textValue()))
          : Stream.empty();
    } catch (JsonProcessingException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} is damaged; its spool waits for a run", file);
      return Stream.empty();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be read: {1}", file, e);
      return Stream.empty();
    }
  }

  /** Tries at once what was refused or could not be opened before. */
  public void retry() {
    whole.retry();
    others.values().forEach(Trail::retry);
  }

  /** Lets go of all spools; see {@link Trail#release}. Takes as long as the slowest of them. */
  public void release() {
    List<Thread> releasing =
        Stream.concat(Stream.of(whole), others.values().stream())
            .map(trail -> new Thread(trail::release, "changetrail-release"))
            .toList();
    releasing.forEach(each -> each.setDaemon(true));
    releasing.forEach(Thread::start);
    try {
      for (Thread each : releasing) {
        each.join(LONGEST_RELEASE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How all of them fare, taken together. */
  public TrailStatus status() {
    TrailStatus all = whole.status();
    for (Map.Entry<Sender, Trail> each : others.entrySet()) {
      all = all.and(each.getValue().status().of(each.getKey().folder()));
    }
    return all;
  }
}
