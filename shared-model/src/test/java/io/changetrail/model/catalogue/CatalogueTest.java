// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
  private static final Catalogue SHOP =
      Catalogue.parse(
          """
          services:
            checkout:
              aliases: [checkout-svc]
              repositories: ["https://github.com/Acme/Checkout.git", acme/mono]
              workloads: [shop/checkout-*, "arn:aws:eks:eu:1:cluster/blue/pay/till"]
              flagProjects: [storefront]
              team: payments
              dependsOn: [cart-svc, mail]
            cart:
              aliases: [cart-svc]
              repositories: [acme/mono]
              flagProjects: [storefront, carts]
          environments:
            prod: [prd, Production]
          """);

  private static Target workload(
      @Nullable String service, @Nullable String cluster, String namespace, String object) {
    return new Target(
        service, "prod", null, cluster, namespace, new Resource("ConfigMap", object, null));
  }

  @ParameterizedTest
  @CsvSource({
    "checkout, checkout",
    "CHECKOUT-svc, checkout",
    "Acme/Checkout, checkout",
    "git@github.com:acme/checkout.git, checkout",
    "https://github.com/acme/checkout/, checkout",
    "carts, cart",
    "mail, mail",
    "acme/mono, acme/mono",
    "storefront, storefront",
  })
  void whatPeopleTypeIsResolvedToTheOneServiceThatItMeans(String typed, String canonical) {
    assertThat(SHOP.service(typed)).isEqualTo(canonical);
  }

  @Test
  void aServiceIsLookedForUnderAllNamesThatEventsMayUse() {
    assertThat(SHOP.serviceNames("Checkout"))
        .containsExactlyInAnyOrder(
            "Checkout",
            "checkout",
            "checkout-svc",
            "https://github.com/Acme/Checkout.git",
            "Acme/Checkout",
            "acme/mono",
            "storefront",
            "workload:shop/checkout-*",
            "workload:arn:aws:eks:eu:1:cluster/blue/pay/till");
    assertThat(SHOP.serviceNames("mail")).containsExactly("mail");
    assertThat(SHOP.environmentNames("PRD"))
        .containsExactlyInAnyOrder("PRD", "prod", "prd", "Production");
    assertThat(SHOP.environment("production")).isEqualTo("prod");
    assertThat(SHOP.dependsOn("checkout-svc")).containsExactly("cart", "mail");
    assertThat(SHOP.ownedBy("payments")).containsExactly("checkout");
  }

  @Test
  void whatSeveralServicesShareReachesEachAndStandsForItself() {
    Target flag = Target.service("storefront", "prod");
    assertThat(SHOP.services(flag)).containsExactlyInAnyOrder("checkout", "cart");
    assertThat(SHOP.service(flag)).contains("storefront");
    assertThat(SHOP.services(Target.service("carts", "prod"))).containsExactly("cart");
    assertThat(SHOP.services(Target.service("mail", "prod"))).containsExactly("mail");
  }

  @Test
  void aWorkloadBelongsToTheServiceThatSelectsItWhateverItIsCalled() {
    assertThat(SHOP.service(workload(null, "eu", "shop", "checkout-config"))).contains("checkout");
    assertThat(SHOP.service(workload("cart", null, "shop", "checkout-7"))).contains("checkout");
    assertThat(SHOP.service(workload("cart", null, "other", "checkout-7"))).contains("cart");
    assertThat(SHOP.service(workload(null, "eu", "shop", "config"))).isEmpty();
    assertThat(SHOP.service(new Target("checkout-api", "prod", null, null, "shop", null)))
        .contains("checkout");
  }

  @Test
  void aSelectorMayNameTheClusterAlsoOneWithSlashes() {
    String arn = "arn:aws:eks:eu:1:cluster/blue";
    assertThat(SHOP.service(workload(null, arn, "pay", "till"))).contains("checkout");
    assertThat(SHOP.service(workload(null, "green", "pay", "till"))).isEmpty();
    assertThat(SHOP.service(workload(null, null, "pay", "till"))).isEmpty();
  }

  @Test
  void onlyTheSpellingThatEventsUseCountsAsKnown() {
    assertThat(SHOP.knowsService("checkout-svc")).isTrue();
    assertThat(SHOP.knowsService("Acme/Checkout")).isTrue();
    assertThat(SHOP.knowsService("Checkout")).isFalse();
    assertThat(SHOP.suggestService("Checkout")).contains("checkout");
    assertThat(SHOP.knowsEnvironment("Production")).isTrue();
    assertThat(SHOP.knowsEnvironment("production")).isFalse();
    assertThat(SHOP.suggestEnvironment("production")).contains("prod");
    assertThat(SHOP.suggestService("zebra")).isEmpty();
  }

  @Test
  void aNameOfTwoServicesIsRefusedAndBothAreNamed() {
    assertThatThrownBy(
            () ->
                Catalogue.parse("services: {checkout: {aliases: [till]}, cash: {aliases: [Till]}}"))
        .isInstanceOf(InvalidCatalogueException.class)
        .hasMessage(
            "service name 'Till' stands for both 'checkout' and 'cash'; remove it from one");
    assertThatThrownBy(() -> Catalogue.parse("services: {checkout: {aliases: [cash]}, cash: {}}"))
        .hasMessageContaining("'cash'")
        .hasMessageContaining("'checkout'");
    assertThatThrownBy(() -> Catalogue.parse("environments: {prod: [live], stage: [live]}"))
        .hasMessage(
            "environment name 'live' stands for both 'prod' and 'stage'; remove it from one");
  }

  @Test
  void selectorsOfTwoServicesThatCanMeetAreRefused() {
    assertThatThrownBy(
            () ->
                Catalogue.parse(
                    "services: {a: {workloads: [shop/check*]}, b: {workloads: ['*/*out']}}"))
        .hasMessage(
            "a workload can be both 'shop/check*' of service 'a' and '*/*out' of 'b';"
                + " narrow one of them");
    assertThat(
            Catalogue.parse(
                    "services: {a: {workloads: [shop/a-*, shop/a-1]}, b: {workloads: [shop/b-*]}}")
                .services())
        .hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"checkout", "shop/", "/checkout", "/shop/checkout", "'shop/a b'", "'eu 1/shop/a'"})
  void aSelectorWithoutNamespaceOrNameIsRefusedWithTheForm(String text) {
    assertThatThrownBy(() -> Catalogue.parse("services: {a: {workloads: ['" + text + "']}}"))
        .hasMessageContaining("services.a.workloads")
        .hasMessageContaining("namespace/name");
  }

  @Property
  void patternsOverlapIfAnObjectMatchesBoth(
      @ForAll @StringLength(min = 1, max = 5) @CharRange(from = 'a', to = 'b') String name,
      @ForAll
          @StringLength(min = 1, max = 4)
          @CharRange(from = '*', to = '*')
          @CharRange(from = 'a', to = 'b')
          String one,
      @ForAll
          @StringLength(min = 1, max = 4)
          @CharRange(from = '*', to = '*')
          @CharRange(from = 'a', to = 'b')
          String other) {
    WorkloadSelector first = new WorkloadSelector("*", "n", one);
    WorkloadSelector second = new WorkloadSelector("*", "n", other);
    Target object = workload(null, null, "n", name);
    assertThat(first.matches(object)).isEqualTo(name.matches(one.replace("*", ".*")));
    assertThat(first.overlaps(second)).isEqualTo(second.overlaps(first));
    if (first.matches(object) && second.matches(object)) {
      assertThat(first.overlaps(second)).isTrue();
    }
  }

  @Test
  void backstageComponentsJoinTheFile() {
    Catalogue both =
        SHOP.withBackstage(
            """
            apiVersion: backstage.io/v1alpha1
            kind: Component
            metadata:
              name: mailer
              annotations:
                github.com/project-slug: acme/mailer
                backstage.io/kubernetes-id: mail
            spec:
              owner: group:default/platform
              dependsOn: ["component:default/cart", "resource:default/queue"]
            """);
    assertThat(both.service("acme/mailer")).isEqualTo("mailer");
    assertThat(both.service("mail")).isEqualTo("mailer");
    assertThat(both.dependsOn("mailer")).containsExactly("cart");
    assertThat(both.ownedBy("platform")).containsExactly("mailer");
  }
}
