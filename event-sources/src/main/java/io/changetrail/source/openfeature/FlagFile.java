// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.changetrail.model.Change;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A file with the definitions of flags, as flagd (and so OpenFeature), GO Feature Flag,
 * LaunchDarkly's file source or Unleash's clients and Unleash Edge have it.
 *
 * @param provider whose form it has, as OpenTelemetry names it
 * @param unreadable keys of what stands among the flags and is none of that form
 * @see <a href="https://flagd.dev/reference/flag-definitions/">flagd</a>
 * @see <a href="https://gofeatureflag.org/docs/configure_flag/flag_format">GO Feature Flag</a>
 * @see <a href="https://docs.launchdarkly.com/sdk/features/flags-from-files">LaunchDarkly</a>
 * @see <a href="https://docs.getunleash.io/reference/api/unleash/get-client-feature">Unleash</a>
 */
public record FlagFile(String provider, Map<String, FlagDefinition> flags, Set<String> unreadable) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new YAMLMapper();

  /** One of these words is in every file of flags, and in few others. */
  private static final List<String> TELLTALES = List.of("variants", "variations", "strategies");

  public FlagFile {
    flags = Map.copyOf(flags);
    unreadable = Set.copyOf(unreadable);
  }

  /** A flag and what became of it. */
  public record Changed(Flag flag, Change change) {}

  /**
   * The flags of a text, JSON or YAML; empty if it holds none.
   *
   * @throws IOException if it seems to hold flags, and is neither
   */
  public static Optional<FlagFile> parse(String text) throws IOException {
    if (TELLTALES.stream().noneMatch(text::contains)) {
      return Optional.empty();
    }
    JsonNode tree = (text.stripLeading().startsWith("{") ? JSON : YAML).readTree(text);
    return tree == null ? Optional.empty() : of(tree);
  }

  /** The flags of a file; empty if it has another form. */
  public static Optional<FlagFile> of(JsonNode file) {
    for (String provider : List.of("flagd", "launchdarkly", "unleash", "go-feature-flag")) {
      Map<String, FlagDefinition> flags = new LinkedHashMap<>();
      Set<String> unreadable = new LinkedHashSet<>();
      candidates(provider, file)
          .forEach(
              (key, candidate) -> {
                FlagDefinition read = read(provider, candidate);
                if (read == null) {
                  unreadable.add(key);
                } else {
                  flags.put(key, read);
                }
              });
      if (!flags.isEmpty()) {
        return Optional.of(new FlagFile(provider, flags, unreadable));
      }
    }
    return Optional.empty();
  }

  /** What stands where a provider has its flags, by key. */
  private static Map<String, JsonNode> candidates(String provider, JsonNode file) {
    Map<String, JsonNode> candidates = new LinkedHashMap<>();
    if (provider.equals("unleash")) {
      for (JsonNode feature : file.path("features")) {
        candidates.put(feature.path("name").asText(), feature);
      }
      return candidates;
    }
    JsonNode all = provider.equals("go-feature-flag") ? file : file.path("flags");
    all.properties().forEach(one -> candidates.put(one.getKey(), one.getValue()));
    return candidates;
  }

  private static @Nullable FlagDefinition read(String provider, JsonNode flag) {
    if (!(flag instanceof ObjectNode state)) {
      return null;
    }
    return switch (provider) {
      case "flagd" -> flag.path("variants").isObject() ? FlagDefinition.of(Payload.of(flag)) : null;
      case "unleash" ->
          flag.path("enabled").isBoolean() && flag.path("strategies").isArray()
              ? unleash(state)
              : null;
      case "launchdarkly" -> flag.path("variations").isArray() ? launchdarkly(state) : null;
      default -> flag.path("variations").isObject() ? goFeatureFlag(state) : null;
    };
  }

  private static FlagDefinition goFeatureFlag(ObjectNode flag) {
    JsonNode rule = flag.path("defaultRule");
    Map<String, Double> shares = new LinkedHashMap<>();
    if (rule.path("variation").isTextual()) {
      shares.put(rule.path("variation").asText(), 100.0);
    }
    rule.path("percentage")
        .properties()
        .forEach(share -> shares.put(share.getKey(), share.getValue().asDouble()));
    return new FlagDefinition(!flag.path("disable").asBoolean(), flag.deepCopy(), null, shares);
  }

  /** Any one of its strategies lets a user through; without one all are. */
  private static FlagDefinition unleash(ObjectNode flag) {
    Double share = flag.path("strategies").isEmpty() ? 100.0 : null;
    boolean conditions = false;
    for (JsonNode strategy : flag.path("strategies")) {
      Double through = through(strategy);
      if (through == null) {
        conditions = true;
      } else {
        share = Math.max(share == null ? 0 : share, through);
      }
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    // Beside those whom conditions let through, how many there are is not known.
    if (share != null && (!conditions || share == 100)) {
      shares.put("on", share);
      shares.put(FlagDefinition.OFF, 100 - share);
      shares.values().removeIf(part -> part == 0);
    }
    return new FlagDefinition(
        flag.path("enabled").asBoolean(), flag.deepCopy(), FlagDefinition.OFF, shares);
  }

  /** Percentage of all users; {@code null} where conditions decide. */
  private static @Nullable Double through(JsonNode strategy) {
    if (!strategy.path("constraints").isEmpty() || !strategy.path("segments").isEmpty()) {
      return null;
    }
    JsonNode parameters = strategy.path("parameters");
    JsonNode rollout =
        parameters.has("rollout") ? parameters.path("rollout") : parameters.path("percentage");
    String text = rollout.asText("");
    return strategy.path("name").asText().equals("default")
        ? (Double) 100.0
        : text.matches("\\d{1,3}(\\.\\d+)?") && Double.parseDouble(text) <= 100
            ? (Double) Double.parseDouble(text)
            : null;
  }

  private static FlagDefinition launchdarkly(ObjectNode flag) {
    JsonNode rule = flag.path("fallthrough");
    Map<String, Double> shares = new LinkedHashMap<>();
    if (rule.path("variation").isNumber()) {
      shares.put(variation(flag, rule.path("variation")), 100.0);
    }
    for (JsonNode part : rule.at("/rollout/variations")) {
      // Weights are in thousandths of a percent.
      shares.merge(
          variation(flag, part.path("variation")),
          part.path("weight").asDouble() / 1000,
          Double::sum);
    }
    JsonNode off = flag.path("offVariation");
    return new FlagDefinition(
        flag.path("on").asBoolean(),
        flag.deepCopy(),
        off.isNumber() ? variation(flag, off) : null,
        shares);
  }

  private static String variation(ObjectNode flag, JsonNode index) {
    JsonNode value = flag.path("variations").path(index.asInt());
    return value.isBoolean() ? value.asText() : "variation " + index.asInt();
  }

  /**
   * What became of the flags; nothing of one that cannot be read before or after.
   *
   * @param before {@code null} if the file is new
   * @param after {@code null} if the file was deleted
   * @param project whose flags they are
   */
  public static List<Changed> changes(
      @Nullable FlagFile before,
      @Nullable FlagFile after,
      @Nullable String project,
      @Nullable String environment) {
    Map<String, FlagDefinition> old = before == null ? Map.of() : before.flags();
    Map<String, FlagDefinition> now = after == null ? Map.of() : after.flags();
    String provider = Objects.requireNonNull(after == null ? before : after).provider();
    TreeSet<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (FlagFile file : Arrays.asList(before, after)) {
      if (file != null) {
        keys.removeAll(file.unreadable());
      }
    }
    List<Changed> changes = new ArrayList<>();
    for (String key : keys) {
      if (!Objects.equals(old.get(key), now.get(key))) {
        Flag flag = new Flag(provider, project, environment, key);
        changes.add(
            new Changed(flag, FlagChangeMapper.change(flag, old.get(key), now.get(key)).build()));
      }
    }
    return changes;
  }
}
