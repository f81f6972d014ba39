// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.model.Item;
import hudson.model.User;
import hudson.util.Secret;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.ConfigChanges;
import io.changetrail.jenkins.capture.ConfigXml;
import io.changetrail.jenkins.capture.PluginChanges;
import io.changetrail.jenkins.shipping.Snapshots;
import io.changetrail.jenkins.shipping.Trail;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.RedactedValue;
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

/**
 * Compares a configuration with what it was when it was seen last, and records the difference. Only
 * who it was and what was written is noted in the thread of whoever saves.
 */
final class ConfigCapture {
  private static final System.Logger LOG = System.getLogger(ConfigCapture.class.getName());

  private static final long MOST_CHARACTERS = 16 << 20;

  private static final ConfigChanges.Thing PLUGINS =
      new ConfigChanges.Thing("jenkins.plugins", "plugins");

  private static final Baseline BASELINE = new Baseline();
  private static final ConfigWork WORK = new ConfigWork(MOST_CHARACTERS);

  private ConfigCapture() {}

  static boolean isOn() {
    Jenkins jenkins = Jenkins.getInstanceOrNull();
    return jenkins != null && ChangetrailConfiguration.get().capturesConfiguration();
  }

  /** Looks at all that there is if capturing has just begun. */
  static void lookIfBegun() {
    if (BASELINE.begins(isOn())) {
      // By a thread that acts for Jenkins itself, and so sees every item.
      Timer.get()
          .execute(
              () -> {
                findChangesSinceLastTime();
                NodeCapture.look();
                ItemCapture.look();
                WORK.later(BASELINE::looked);
              });
    }
  }

  private static boolean captures(Item item) {
    return ChangetrailConfiguration.get().captures(item);
  }

  /** Where the events of an item go, and those of the controller if it is none. */
  private static Trail trail(@Nullable Item item) {
    ChangetrailConfiguration configuration = ChangetrailConfiguration.get();
    return item == null ? configuration.trail() : configuration.trail(item);
  }

  /**
   * A file was written.
   *
   * @param item that it configures; {@code null} if it is none of one
   */
  static void written(File file, @Nullable Item item) {
    Path home = Jenkins.get().getRootDir().toPath();
    Path path = file.toPath();
    if (path.startsWith(home) && (item == null || captures(item))) {
      String relative = home.relativize(path).toString().replace('\\', '/');
      if (ConfigFiles.configures(relative)) {
        ConfigChanges.Thing thing = thing(relative, item == null ? null : item.getFullName());
        ConfigChanges.Doing doing = doing();
        Trail trail = trail(item);
        WORK.withTextOf(path, xml -> compare(trail, thing, state(relative, xml), doing, false));
      }
    }
  }

  private static JsonNode state(String path, String xml) throws IOException {
    JsonNode tree = tree(xml);
    return path.endsWith("credentials.xml") ? ConfigXml.credentialNames(tree) : tree;
  }

  private static JsonNode tree(String xml) throws IOException {
    return ConfigXml.parse(xml, ConfigCapture::hash);
  }

  /** The same secret has the same hash, however it is encrypted; it stays within this method. */
  private static String hash(String encrypted) {
    Secret secret = Secret.decrypt(encrypted);
    if (secret == null) {
      return RedactedValue.UNKEYED;
    }
    ObjectNode named = JsonNodeFactory.instance.objectNode().put("password", secret.getPlainText());
    return ChangetrailConfiguration.get()
        .trail()
        .redactor()
        .redact(named)
        .tree()
        .path("password")
        .asText(RedactedValue.UNKEYED);
  }

  private static ConfigChanges.Thing thing(String path, @Nullable String item) {
    if (item != null) {
      return item(item);
    }
    return new ConfigChanges.Thing(
        path.endsWith("credentials.xml") ? ConfigChanges.CREDENTIALS : "jenkins.system", path);
  }

  /** An item is gone. */
  static void deleted(Item item) {
    if (captures(item)) {
      gone(trail(item), item(item.getFullName()));
    }
  }

  /** A node is there, or is another one. */
  static void nodeWritten(String name, File file) {
    ConfigChanges.Doing doing = doing();
    WORK.withTextOf(
        file.toPath(), xml -> compare(trail(null), node(name), tree(xml), doing, false));
  }

  /** A node was there when all was looked at. */
  static void nodeFound(String name, File file) {
    WORK.later(() -> compare(trail(null), node(name), read(file), byNobody(), true));
  }

  /** A node is gone. */
  static void nodeDeleted(String name) {
    gone(trail(null), node(name));
  }

  private static void gone(Trail trail, ConfigChanges.Thing thing) {
    ConfigChanges.Doing doing = doing();
    WORK.later(() -> compare(trail, thing, null, doing, false));
  }

  private static ConfigChanges.Thing item(String name) {
    return new ConfigChanges.Thing("jenkins.item", name);
  }

  private static ConfigChanges.Thing node(String name) {
    return new ConfigChanges.Thing("jenkins.node", name);
  }

  private static JsonNode read(File file) throws IOException {
    return tree(Files.readString(file.toPath()));
  }

  /** An item has another name, or is in another folder. */
  static void moved(Item item, String before, String now) {
    if (!captures(item)) {
      return;
    }
    Snapshots snapshots = trail(null).snapshots();
    ConfigChanges.Doing doing = doing();
    // What it was like goes with it, or its next change would seem to be its creation.
    WORK.later(
        () -> {
          Optional<Snapshots.Seen> seen = snapshots.swap(item(before).key(), null, doing.at());
          if (seen.isPresent()) {
            snapshots.swap(item(now).key(), seen.get().tree(), doing.at());
          }
        });
    trail(item)
        .record(
            () ->
                ConfigChanges.moved(
                    ChangetrailConfiguration.controller(), item(now), before, doing));
  }

  /** What was changed while nobody looked: plugins, and files that were edited on the disk. */
  static void findChangesSinceLastTime() {
    findPlugins();
    Path home = Jenkins.get().getRootDir().toPath();
    try (Stream<Path> files = Files.list(home)) {
      files
          .filter(file -> file.toString().endsWith(".xml"))
          .sorted()
          .forEach(
              file -> {
                String name = file.getFileName().toString();
                if (ConfigFiles.configures(name)) {
                  WORK.later(
                      () ->
                          compare(
                              trail(null),
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
  static void found(Item item, File file) {
    if (captures(item)) {
      Trail trail = trail(item);
      WORK.later(() -> compare(trail, item(item.getFullName()), read(file), byNobody(), true));
    }
  }

  /** Compares the plugins with those of the last time. */
  static void findPlugins() {
    JsonNode plugins = PluginCapture.plugins();
    WORK.later(
        () -> {
          Trail trail = trail(null);
          Optional<Snapshots.Seen> before = trail.snapshots().last(PLUGINS.key());
          String user =
              before.isEmpty()
                  ? null
                  : PluginChanges.installer(
                      before.get().tree(), plugins, PluginCapture.installers());
          compare(
              trail,
              PLUGINS,
              plugins,
              new ConfigChanges.Doing(user, null, Instant.now(), null),
              true);
        });
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
   * @param trail where the event goes
   * @param late whether it was not told but found; then what is new is only noted
   */
  private static void compare(
      Trail trail,
      ConfigChanges.Thing thing,
      @Nullable JsonNode state,
      ConfigChanges.Doing doing,
      boolean late)
      throws IOException {
    JsonNode safe = state == null ? null : trail.redactor().redact(state).tree();
    Optional<Snapshots.Seen> before = trail(null).snapshots().swap(thing.key(), safe, doing.at());
    if (!BASELINE.tells(late, before.isPresent())) {
      return;
    }
    ConfigChanges.Doing when =
        late && before.isPresent()
            ? new ConfigChanges.Doing(
                doing.user(), doing.userName(), doing.at(), before.get().seen())
            : doing;
    List<AuditEvent> events =
        ConfigChanges.changed(
            ChangetrailConfiguration.controller(),
            thing,
            before.map(Snapshots.Seen::tree).orElse(null),
            safe,
            when);
    events.forEach(each -> trail.record(() -> each));
  }
}
