// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.PluginWrapper;
import hudson.model.User;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.ConfigChanges;
import io.changetrail.jenkins.capture.ConfigXml;
import io.changetrail.jenkins.shipping.ConfigSnapshots;
import io.changetrail.jenkins.shipping.Trail;
import io.changetrail.model.AuditEvent;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jspecify.annotations.Nullable;

/** Compares a configuration with what it was when it was seen last, and records the difference. */
final class ConfigCapture {
  private static final System.Logger LOG = System.getLogger(ConfigCapture.class.getName());

  /** Files of runs, queues and caches change all the time and configure nothing. */
  private static final Pattern CONFIGURES =
      Pattern.compile("[^/]+\\.xml|(jobs|nodes)/([^/]+/)+config\\.xml");

  private static final Pattern DOES_NOT =
      Pattern.compile(
          "queue\\.xml|nodeMonitors\\.xml|.*/builds/.*|hudson\\.model\\.UpdateCenter\\.xml"
              + "|jenkins\\.telemetry\\..*|.*/indexing/.*");

  private ConfigCapture() {}

  static boolean isOn() {
    Jenkins jenkins = Jenkins.getInstanceOrNull();
    return jenkins != null && ChangetrailConfiguration.get().capturesConfiguration();
  }

  /**
   * A file was written.
   *
   * @param name of the item that it configures; {@code null} if it is none of one
   */
  static void written(File file, @Nullable String name) {
    Path home = Jenkins.get().getRootDir().toPath();
    Path path = file.toPath();
    if (path.startsWith(home)) {
      String relative = home.relativize(path).toString().replace('\\', '/');
      if (CONFIGURES.matcher(relative).matches() && !DOES_NOT.matcher(relative).matches()) {
        quietly(
            () -> {
              String xml = Files.readString(path);
              compare(thing(relative, name), state(relative, xml), doing(null), false);
            });
      }
    }
  }

  private static JsonNode state(String path, String xml) throws IOException {
    JsonNode tree = ConfigXml.parse(xml);
    return path.endsWith("credentials.xml") ? ConfigXml.credentialNames(tree) : tree;
  }

  private static ConfigChanges.Thing thing(String path, @Nullable String item) {
    if (item != null) {
      return new ConfigChanges.Thing("jenkins.item", item);
    }
    if (path.startsWith("nodes/")) {
      return new ConfigChanges.Thing("jenkins.node", path.split("/", -1)[1]);
    }
    return new ConfigChanges.Thing(
        path.endsWith("credentials.xml") ? "jenkins.credentials" : "jenkins.system", path);
  }

  /** An item is gone. */
  static void deleted(String name) {
    quietly(() -> compare(new ConfigChanges.Thing("jenkins.item", name), null, doing(null), false));
  }

  /** An item has another name, or is in another folder. */
  static void moved(String before, String now) {
    Trail trail = ChangetrailConfiguration.get().trail();
    ConfigChanges.Doing doing = doing(null);
    // What it was like goes with it, or its next change would seem to be its creation.
    quietly(
        () -> {
          Optional<ConfigSnapshots.Seen> seen =
              trail.snapshots().swap("jenkins.item/" + before, null, doing.at());
          if (seen.isPresent()) {
            trail.snapshots().swap("jenkins.item/" + now, seen.get().tree(), doing.at());
          }
        });
    trail.record(
        () ->
            ConfigChanges.moved(
                ChangetrailConfiguration.controller(),
                new ConfigChanges.Thing("jenkins.item", now),
                before,
                doing));
  }

  /** What was changed while nobody looked: plugins, and files that were edited on the disk. */
  static void findChangesSinceLastTime() {
    quietly(
        () ->
            compare(
                new ConfigChanges.Thing("jenkins.plugins", "plugins"), plugins(), byNobody(), true));
    Path home = Jenkins.get().getRootDir().toPath();
    try (Stream<Path> files = Files.list(home)) {
      files
          .filter(file -> file.toString().endsWith(".xml"))
          .sorted()
          .forEach(
              file -> {
                String name = file.getFileName().toString();
                if (!DOES_NOT.matcher(name).matches()) {
                  quietly(
                      () ->
                          compare(
                              thing(name, null),
                              state(name, Files.readString(file)),
                              byNobody(),
                              true));
                }
              });
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "configuration files cannot be listed: {0}", e);
    }
  }

  /** As {@link #findChangesSinceLastTime}, of one item. */
  static void found(String name, File file) {
    quietly(
        () ->
            compare(
                new ConfigChanges.Thing("jenkins.item", name),
                ConfigXml.parse(Files.readString(file.toPath())),
                byNobody(),
                true));
  }

  private static JsonNode plugins() {
    ObjectNode plugins = JsonNodeFactory.instance.objectNode();
    List<PluginWrapper> all = Jenkins.get().getPluginManager().getPlugins();
    all.stream()
        .sorted((one, other) -> one.getShortName().compareTo(other.getShortName()))
        .forEach(
            each ->
                plugins.put(
                    each.getShortName(),
                    each.getVersion() + (each.isEnabled() ? "" : " (disabled)")));
    return plugins;
  }

  private static ConfigChanges.Doing byNobody() {
    return new ConfigChanges.Doing(null, null, Instant.now(), null);
  }

  private static ConfigChanges.Doing doing(@Nullable Instant since) {
    User user = User.current();
    return user == null
        ? new ConfigChanges.Doing("SYSTEM", null, Instant.now(), since)
        : new ConfigChanges.Doing(user.getId(), user.getFullName(), Instant.now(), since);
  }

  /**
   * Records the difference from what was seen last.
   *
   * @param late whether it was not told but found; then what is new is only noted
   */
  private static void compare(
      ConfigChanges.Thing thing, @Nullable JsonNode state, ConfigChanges.Doing doing, boolean late)
      throws IOException {
    Trail trail = ChangetrailConfiguration.get().trail();
    JsonNode safe = state == null ? null : trail.redactor().redact(state).tree();
    Optional<ConfigSnapshots.Seen> before =
        trail.snapshots().swap(thing.kind() + "/" + thing.name(), safe, doing.at());
    if (late && before.isEmpty()) {
      return;
    }
    ConfigChanges.Doing when =
        late
            ? new ConfigChanges.Doing(
                doing.user(), doing.userName(), doing.at(), before.get().seen())
            : doing;
    Optional<AuditEvent> event =
        ConfigChanges.changed(
            ChangetrailConfiguration.controller(),
            thing,
            before.map(ConfigSnapshots.Seen::tree).orElse(null),
            safe,
            when,
            trail.redactor());
    event.ifPresent(each -> trail.record(() -> each));
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Whoever saves a configuration must not be troubled by this. */
  private static void quietly(Work work) {
    try {
      work.run();
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "a change of configuration is not captured: {0}", e);
    }
  }
}
