// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

/** A service of the shop, under the name that each system has for it. */
enum ShopService {
  FRONTEND("frontend", "web-frontend", "storefront", 810_001),
  CHECKOUT("checkout", "checkout", "checkout-svc", 810_002),
  CART("cart", "cart", "cart-svc", 810_003),
  PAYMENTS("payments", "payments-service", "payments-api", 810_004),
  CATALOG("catalog", "product-catalog", "catalog-web", 810_005),
  NEWSLETTER("newsletter", "newsletter", "newsletter-worker", 810_006),
  MAILER("mailer", "mailer", "mailer-svc", 810_007);

  private final String metricName;
  private final String repository;
  private final String workload;
  private final long repositoryId;

  ShopService(String metricName, String repository, String workload, long repositoryId) {
    this.metricName = metricName;
    this.repository = repository;
    this.workload = workload;
    this.repositoryId = repositoryId;
  }

  /** The name that metrics, alerts and people use. */
  String metricName() {
    return metricName;
  }

  /** GitHub's name, without its owner. */
  String repository() {
    return repository;
  }

  /** The Kubernetes Deployment's name. */
  String workload() {
    return workload;
  }

  long repositoryId() {
    return repositoryId;
  }
}
