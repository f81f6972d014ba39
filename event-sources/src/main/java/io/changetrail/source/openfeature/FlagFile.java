// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A file with the definitions of flags, as flagd (and so OpenFeature), GO Feature Flag or
 * LaunchDarkly's file source have it.
 *
 * @param provider whose form it has, as OpenTelemetry names it
 * @see <a href="https://flagd.dev/reference/flag-definitions/">flagd</a>
 * @see <a href="https://gofeatureflag.org/docs/configure_flag/flag_format">GO Feature Flag</a>
 * @see <a href="https://docs.launchdarkly.com/sdk/features/flags-from-files">LaunchDarkly</a>
 */
public record FlagFile(String provider, Map<String, FlagDefinition> flags) {
  public FlagFile {
    flags = Map.copyOf(flags);
  }

  /** A flag and what became of it. */
  public record Changed(Flag flag, Change change) {}

  /** The flags of a file; empty if it has another form. */
  public static Optional<FlagFile> of(JsonNode file) {
    for (String provider : List.of("flagd", "launchdarkly", "go-feature-flag")) {
      Map<String, FlagDefinition> flags = new LinkedHashMap<>();
      JsonNode all = provider.equals("go-feature-flag") ? file : file.path("flags");
      all.properties()
          .forEach(
              flag -> {
                FlagDefinition read = read(provider, flag.getValue());
                if (read != null) {
                  flags.put(flag.getKey(), read);
                }
              });
      if (!flags.isEmpty()) {
        return Optional.of(new FlagFile(provider, flags));
      }
    }
    return Optional.empty();
  }

  private static @Nullable FlagDefinition read(String provider, JsonNode flag) {
    if (!(flag instanceof ObjectNode state)) {
      return null;
    }
    return switch (provider) {
      case "flagd" -> flag.path("variants").isObject() ? FlagDefinition.of(Payload.of(flag)) : null;
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
   * What became of the flags.
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
