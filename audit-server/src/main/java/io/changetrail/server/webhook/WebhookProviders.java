// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.webhook;

import io.changetrail.source.WebhookProvider;
import io.changetrail.source.flagsmith.FlagsmithWebhook;
import io.changetrail.source.github.GithubWebhook;
import io.changetrail.source.launchdarkly.LaunchDarklyWebhook;
import io.changetrail.source.openfeature.OpenFeatureWebhook;
import io.changetrail.source.unleash.UnleashWebhook;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The systems whose webhooks are understood. A new one is a line here and a row in the docs. */
final class WebhookProviders {
  private WebhookProviders() {}

  /** What a setting may name: these, and Alertmanager, whose alerts are answered elsewhere. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(all().keySet());
    names.add("alertmanager");
    return names;
  }

  /** By name. */
  static Map<String, WebhookProvider> all() {
    Map<String, WebhookProvider> providers = new TreeMap<>();
    Stream.of(
            new GithubWebhook(),
            new LaunchDarklyWebhook(),
            new UnleashWebhook(),
            new FlagsmithWebhook(),
            new OpenFeatureWebhook())
        .forEach(provider -> providers.put(provider.name(), provider));
    return providers;
  }
}
