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
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.jspecify.annotations.Nullable;

/** Compares a configuration with what it was when it was seen last, and records the difference. */
final class ConfigCapture {
  private static final System.Logger LOG = System.getLogger(ConfigCapture.class.getName());

  private static final Baseline BASELINE = new Baseline();

  private ConfigCapture() {}

  static boolean isOn() {
    Jenkins jenkins = Jenkins.getInstanceOrNull();
    return jenkins != null && ChangetrailConfiguration.get().capturesConfiguration();
  }

  /** Looks at all that there is, on a thread of its own, if capturing has just begun. */
  static void lookIfBegun() {
    if (BASELINE.begins(isOn())) {
      Timer.get()
          .execute(
              () -> {
                findChangesSinceLastTime();
                NodeCapture.look();
                ItemCapture.look();
                BASELINE.looked();
              });
    }
  }

  private static boolean captures(String item) {
    return ChangetrailConfiguration.get().captures(item);
  }

  /**
   * A file was written.
   *
   * @param name of the item that it configures; {@code null} if it is none of one
   */
  static void written(File file, @Nullable String name) {
    Path home = Jenkins.get().getRootDir().toPath();
    Path path = file.toPath();
    if (path.startsWith(home) && (name == null || captures(name))) {
      String relative = home.relativize(path).toString().replace('\\', '/');
      if (ConfigFiles.configures(relative)) {
        quietly(
            () -> {
              String xml = Files.readString(path);
              compare(thing(relative, name), state(relative, xml), doing(), false);
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
    return new ConfigChanges.Thing(
        path.endsWith("credentials.xml") ? "jenkins.credentials" : "jenkins.system", path);
  }

  /** An item is gone. */
  static void deleted(String name) {
    if (captures(name)) {
      quietly(() -> compare(new ConfigChanges.Thing("jenkins.item", name), null, doing(), false));
    }
  }

  /** A node is there, or is another one. */
  static void nodeWritten(String name, File file) {
    quietly(() -> compare(node(name), read(file), doing(), false));
  }

  /** A node was there when all was looked at. */
  static void nodeFound(String name, File file) {
    quietly(() -> compare(node(name), read(file), byNobody(), true));
  }

  /** A node is gone. */
  static void nodeDeleted(String name) {
    quietly(() -> compare(node(name), null, doing(), false));
  }

  private static ConfigChanges.Thing node(String name) {
    return new ConfigChanges.Thing("jenkins.node", name);
  }

  private static JsonNode read(File file) throws IOException {
    return ConfigXml.parse(Files.readString(file.toPath()));
  }

  /** An item has another name, or is in another folder. */
  static void moved(String before, String now) {
    if (!captures(now)) {
      return;
    }
    Trail trail = ChangetrailConfiguration.get().trail();
    ConfigChanges.Doing doing = doing();
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
                if (ConfigFiles.configures(name)) {
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
    if (captures(name)) {
      quietly(
          () ->
              compare(
                  new ConfigChanges.Thing("jenkins.item", name), read(file), byNobody(), true));
    }
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

  /** Jenkins itself is an account too; who has none is anonymous, and nobody knows who that is. */
  private static ConfigChanges.Doing doing() {
    User user = User.current();
    return user == null
        ? byNobody()
        : new ConfigChanges.Doing(user.getId(), user.getFullName(), Instant.now(), null);
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
    if (!BASELINE.tells(late, before.isPresent())) {
      return;
    }
    ConfigChanges.Doing when =
        late && before.isPresent()
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
