// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Last night at a web shop: {@code checkout} began to fail at 02:03 UTC, the alert fired at 02:11,
 * and at 02:19 someone found out why. Deterministic: the same {@code now} gives the same night.
 *
 * <p>The cause is a flag that went from 5 % to 50 % of the users at 02:01. Around it lie changes
 * that look as suspicious: a failed rollout of a dependency half an hour earlier, a rollout of
 * checkout itself an hour earlier, one of an unrelated service four minutes before, one in staging
 * one minute before, one of the caller four minutes after.
 *
 * <p>The events are what the mappers make of payloads in the providers' real forms.
 */
public final class DemoNight {
  private static final Duration UNTIL_MORNING = Duration.ofHours(3);

  private static final FlagFeed.Flag PRICING =
      new FlagFeed.Flag("checkout", "checkout-new-pricing", "production");

  private final Instant midnight;
  private final long night;
  private final List<AuditEvent> events = new ArrayList<>();
  private final GithubFeed github;
  private final KubernetesFeed kubernetes;
  private final FlagFeed flags;

  /**
   * The latest night that was over at a moment.
   *
   * @param now the night ends at 03:00 UTC before it
   */
  public DemoNight(Instant now) {
    midnight = now.minus(UNTIL_MORNING).truncatedTo(ChronoUnit.DAYS);
    night = midnight.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
    AtomicLong last = new AtomicLong(night * 1000);
    LongSupplier ids = last::incrementAndGet;
    github = new GithubFeed(ids, events);
    kubernetes = new KubernetesFeed(ids, events);
    flags = new FlagFeed(ids, events);
    evening();
    night();
    incident();
    events.sort(Comparator.comparing(AuditEvent::time));
  }

  /** The shop's catalogue, in the form of the server's catalogue file. */
  public String catalogueYaml() {
    return Template.text("catalogue.yaml");
  }

  /** All events of the night, oldest first. */
  public List<AuditEvent> events() {
    return List.copyOf(events);
  }

  /** When checkout began to fail. */
  public Instant onset() {
    return at("02:03");
  }

  /** The question of the night as the body of {@code POST /v1/correlate}, series included. */
  public ObjectNode anomaly() {
    ObjectNode question = JsonNodeFactory.instance.objectNode();
    question.put("service", ShopService.CHECKOUT.metricName());
    question.put("environment", "prod");
    question.put("signal", "error_rate");
    question.put("alertedAt", at("02:11").toString());
    ArrayNode series = question.putArray("series");
    Metrics metrics = new Metrics(at("00:30"), onset(), at("02:21"), at("02:45"));
    metrics.write(series, ShopService.CHECKOUT, "error_rate", 0.004, 0.118);
    metrics.write(series, ShopService.CHECKOUT, "latency_p99", 0.38, 1.9);
    metrics.write(series, ShopService.FRONTEND, "error_rate", 0.003, 0.041);
    metrics.write(series, ShopService.CART, "error_rate", 0.002, 0.002);
    metrics.write(series, ShopService.PAYMENTS, "error_rate", 0.005, 0.005);
    metrics.write(series, ShopService.CATALOG, "error_rate", 0.001, 0.001);
    return question;
  }

  private void evening() {
    flags.served(
        new FlagFeed.Flag("storefront", "spring-banner", "production"),
        0,
        100,
        "Mara Lind",
        "Campaign starts",
        at("18:30"));
    ship(catalog(), at("20:05"), 611, "tomasz-w", "mara-lind");
    deploy(catalog(), at("20:31"), "mara-lind");
    github.built(
        release(ShopService.PAYMENTS, "5.4.0-rc1", "5.3.0", "Try the new card network"),
        at("21:12"),
        Duration.ofMinutes(9),
        "failure",
        "dan-ito");
    Release payments = release(ShopService.PAYMENTS, "5.3.1", "5.3.0", "Log declined cards");
    ship(payments, at("22:28"), 388, "dan-ito", "ana-ruiz");
    deploy(payments, at("22:51"), "ana-ruiz");
    kubernetes.configured(
        ShopService.PAYMENTS, "prd", "MAX_RETRIES", "2", "3", "dan@acme.example", at("23:05"));
    ship(checkout(), at("23:18"), 1204, "ben-okafor", "ana-ruiz");
    flags.served(
        new FlagFeed.Flag("checkout", "checkout-new-pricing", "staging"),
        0,
        100,
        "Priya Nair",
        "Try it in staging",
        at("23:45"));
  }

  private void night() {
    Release cart = release(ShopService.CART, "3.1.4", "3.1.3", "Keep carts for 30 days");
    kubernetes.scaled(cart.undone(), "prd", 6, "jo@acme.example", at("00:15"));
    deploy(checkout(), at("00:38"), "ben-okafor");
    flags.served(PRICING, 0, 5, "Priya Nair", "SHOP-1190: first 5 %", at("00:55"));
    ship(cart, at("01:08"), 540, "jo-berg", "ben-okafor");
    kubernetes.configured(
        ShopService.CATALOG,
        "prd",
        "CACHE_TTL_SECONDS",
        "300",
        "600",
        "tomasz@acme.example",
        at("01:27"));
    kubernetes.rolledOut(cart, "prd", at("01:32").plusSeconds(31));
    github.deployed(
        cart, "production", "deploy", at("01:32"), Duration.ofMinutes(5), false, "jo-berg");
    kubernetes.rolledOut(cart.undone(), "prd", at("01:38").plusSeconds(28));
    github.deployed(
        cart.undone(),
        "production",
        "rollback",
        at("01:38"),
        Duration.ofMinutes(2),
        true,
        "jo-berg");
    kubernetes.configured(
        ShopService.MAILER, "prd", "BATCH_SIZE", "200", "500", "lea@acme.example", at("01:49"));
    Release newsletter = release(ShopService.NEWSLETTER, "1.9.0", "1.8.2", "New template");
    ship(newsletter, at("01:41"), 97, "lea-roux", "mara-lind");
    deploy(newsletter, at("01:59"), "lea-roux");
  }

  private void incident() {
    flags.served(
        PRICING, 5, 50, "Priya Nair", "SHOP-1190: half of the users, 5 % looked fine", at("02:01"));
    Release next = release(ShopService.CHECKOUT, "1.43.0", "1.42.0", "Address lookup");
    kubernetes.rolledOut(next, "stg", at("02:02").plusSeconds(33));
    github.deployed(
        next, "staging", "deploy", at("02:02"), Duration.ofMinutes(3), true, "ben-okafor");
    Release frontend = release(ShopService.FRONTEND, "7.0.2", "7.0.1", "Lazy-load images");
    ship(frontend, at("01:47"), 2210, "mara-lind", "tomasz-w");
    deploy(frontend, at("02:07"), "mara-lind");
    flags.served(PRICING, 50, 0, "Ana Ruiz", "Checkout fails for half of the users", at("02:19"));
    kubernetes.scaled(catalog(), "prd", 5, "tomasz@acme.example", at("02:38"));
  }

  private Release catalog() {
    return release(ShopService.CATALOG, "2.8.0", "2.7.4", "Show stock per warehouse");
  }

  private Release checkout() {
    return release(
        ShopService.CHECKOUT,
        "1.42.0",
        "1.41.3",
        "Price orders with the new engine (behind a flag)");
  }

  private Release release(ShopService service, String version, String previous, String title) {
    return new Release(service, version, previous, title, night);
  }

  /** From the merge to the image, 13 minutes. */
  private void ship(Release release, Instant at, int number, String author, String merger) {
    github.merged(release, at, number, author, merger);
    github.built(release, at.plusSeconds(25), Duration.ofMinutes(12), "success", merger);
    github.published(release, at.plusSeconds(700));
  }

  /** To production, seen by GitHub and by the cluster. */
  private void deploy(Release release, Instant at, String person) {
    kubernetes.rolledOut(release, "prd", at.plusSeconds(34));
    github.deployed(release, "production", "deploy", at, Duration.ofMinutes(3), true, person);
  }

  /** A moment of the night by the clock: from noon on it is the evening before. */
  private Instant at(String clock) {
    LocalTime time = LocalTime.parse(clock);
    Duration sinceMidnight = Duration.between(LocalTime.MIDNIGHT, time);
    return midnight
        .plus(sinceMidnight)
        .minus(time.isBefore(LocalTime.NOON) ? Duration.ZERO : Duration.ofDays(1));
  }
}
