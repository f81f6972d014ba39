// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import io.changetrail.model.ChangeKind;
import io.changetrail.server.access.Workloads;
import io.changetrail.server.http.HttpSettings;
import io.changetrail.source.repository.PathPattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a server. {@link Settings} reads it; docs/server.md explains each key.
 *
 * @param data directory of the server's own files, and of the embedded store
 * @param store which store, for example {@code embedded:./data/store}
 * @param catalogue files, Changetrail's own form or Backstage's, read again when they change
 * @param topology files that tell who calls whom
 * @param secretPaths JSON Pointers whose values are always redacted; a segment {@code *} stands for
 *     any
 * @param links where the metrics, traces and logs of a change can be seen
 * @param finishLimit how long a started change may stay without a finish before its outcome counts
 *     as unknown
 */
public record ServerConfig(
    Listen listen,
    Path data,
    URI store,
    List<Path> catalogue,
    Set<String> secretPaths,
    Times times,
    Duration finishLimit,
    Retention retention,
    int memoryPercent,
    int maxBodyBytes,
    List<Webhook> webhooks,
    List<Workloads> workloads,
    List<Github> githubs,
    List<Prometheus> prometheus,
    List<Receiver> receivers,
    List<Path> topology,
    List<LinkTemplate> links) {

  public ServerConfig {
    catalogue = List.copyOf(catalogue);
    secretPaths = Set.copyOf(secretPaths);
    webhooks = List.copyOf(webhooks);
    workloads = List.copyOf(workloads);
    githubs = List.copyOf(githubs);
    prometheus = List.copyOf(prometheus);
    receivers = List.copyOf(receivers);
    topology = List.copyOf(topology);
    links = List.copyOf(links);
  }

  /**
   * Where it listens.
   *
   * @param tls {@code null} for plain HTTP
   */
  public record Listen(String host, int port, HttpSettings.@Nullable Tls tls) {}

  /**
   * Which times of events are believed.
   *
   * @param future how far ahead of the server's clock
   * @param past how far back
   */
  public record Times(Duration future, Duration past) {}

  /**
   * A sender of webhooks.
   *
   * @param name stands for the sending installation where its payloads do not name it
   * @param provider whose form the deliveries have
   * @param secrets any of which may sign a delivery, so that they can be exchanged one by one
   * @param sources CloudEvents sources that it may send for, a trailing {@code *} stands for any
   *     ending; empty for those that its provider has by nature
   */
  public record Webhook(
      String name, String provider, String tenant, List<Secret> secrets, List<String> sources) {
    public Webhook {
      secrets = List.copyOf(secrets);
      sources = List.copyOf(sources);
    }
  }

  /**
   * A GitHub whose API may be asked about what its webhooks tell.
   *
   * @param tenant whose events are asked about
   * @param api for example {@code https://api.github.com}, or {@code https://HOST/api/v3}
   * @param server with which the URLs of repositories begin
   * @param appId of the App that asks, together with its key
   * @param privateKey {@code null} where a token is used instead
   * @param token {@code null} for an App
   * @param servicePaths files that services are made of
   * @param configPaths files that configure something
   * @param flagPaths files that define feature flags
   * @param environment of those whose path names none; {@code null} leaves them out
   * @param auditLogs organisations whose audit logs are read
   */
  public record Github(
      String name,
      String tenant,
      URI api,
      URI server,
      @Nullable String appId,
      @Nullable Secret privateKey,
      @Nullable Credential token,
      List<PathPattern> servicePaths,
      List<PathPattern> configPaths,
      List<PathPattern> flagPaths,
      @Nullable String environment,
      List<String> auditLogs) {
    public Github {
      auditLogs = List.copyOf(auditLogs);
      servicePaths = List.copyOf(servicePaths);
      configPaths = List.copyOf(configPaths);
      flagPaths = List.copyOf(flagPaths);
    }
  }

  /**
   * A Prometheus server, or another that has its HTTP API, that may be asked for metrics.
   *
   * @param tenant whose questions and alerts it is asked for
   * @param url without the {@code /api/v1}
   * @param username for basic authentication, together with the password
   * @param password {@code null} without basic authentication
   * @param bearerToken {@code null} for none
   * @param aliases host and port by which alerts know it, where that is not the url's
   * @param timeout for everything that one question asks of it
   * @param serviceLabels in which of its labels the service stands, the first that is there
   * @param queries asked with every question: PromQL by the name of the signal that it gives
   */
  public record Prometheus(
      String name,
      String tenant,
      URI url,
      @Nullable String username,
      @Nullable Credential password,
      @Nullable Credential bearerToken,
      List<String> aliases,
      Duration timeout,
      List<String> serviceLabels,
      Map<String, String> queries) {
    /** In which labels a service usually stands, the first that is there. */
    public static final List<String> USUAL_SERVICE_LABELS =
        List.of(
            "service",
            "service_name",
            "app_kubernetes_io_name",
            "app",
            "deployment",
            "workload",
            "container",
            "job");

    public Prometheus {
      aliases = List.copyOf(aliases);
      serviceLabels = List.copyOf(serviceLabels);
      queries = Map.copyOf(queries);
    }
  }

  /**
   * Who is told of answers to alerts.
   *
   * @param url a secret, as everybody who knows that of a Slack webhook can write there
   * @param top how many suspects it is told
   */
  public record Receiver(String name, Type type, String tenant, Credential url, int top) {
    /** In which form. */
    public enum Type {
      /** An incoming webhook of Slack: a text. */
      SLACK,
      /** The correlation as the API gives it. */
      WEBHOOK
    }
  }

  /**
   * How long events are kept.
   *
   * @param keep {@code null} keeps them for ever
   * @param kinds other spans for some kinds
   * @param every how often old events are looked for
   */
  public record Retention(
      @Nullable Duration keep, Map<ChangeKind, Duration> kinds, Duration every) {
    public Retention {
      kinds = Map.copyOf(kinds);
    }
  }
}
