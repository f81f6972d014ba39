// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Origin;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final RedactionKey KEY = new RedactionKey("k1", new byte[32]);
  private static final Redactor REDACTOR = new Redactor(RedactionRules.defaults(), KEY);
  private static final Redactor UNKEYED = new Redactor(RedactionRules.defaults(), null);
  private static final String SECRET = Canaries.PASSWORD;

  /** Where passwords were seen to leak; § is the password. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PGPASSWORD=§ psql -h db",
        "dbPassword=§",
        "export DB_PASSWORD=§",
        "MYSQL_PWD=§",
        "githubToken: §",
        "api key: §",
        "X-Api-Key: §",
        "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=§==;EndpointSuffix=x.net",
        "Endpoint=sb://a.net/;SharedAccessKeyName=root;SharedAccessKey=§",
        "https://acme.blob.core.windows.net/c?sv=2024&se=2026&sig=§&sp=r",
        "https://s3.example/x?X-Amz-Signature=§&X-Amz-Date=1",
        "Server=db;Password=correct horse §;Database=shop",
        "Server=db;Pwd=correct horse §",
        "mysql -u root --password § shop",
        "mysql -u root --password=§ shop",
        "java -Ddb.password=§ -jar a.jar",
        "deploy --api-token '§ and more' --wait",
        "curl -u admin:§ https://ci.example",
        "curl --user 'admin:§' https://ci.example",
        "password=\"correct horse §\"",
        "password = 'correct horse §'",
        "password=\"with \\\"quotes\\\" §\"",
        "password => '§'",
        "{\"password\": \"§\", cut off",
        "{\\\"password\\\": \\\"§ more\\\"} escaped",
        "credentials={user: a, code: §}",
        "Authorization: Bearer §",
        "Authorization: §",
        "curl -H 'Authorization: token §'",
        "Proxy-Authorization: Digest username=\"a\", response=\"§\"",
        "Cookie: session=§; theme=dark",
        "Set-Cookie: id=§; Path=/",
        "sent Bearer §",
        "https://admin:§@db.example/shop",
        "postgres://admin:§@db.example:5432/shop?sslmode=require",
        "amqp://admin:p@ss§@mq.example/",
        "amqp://admin:pa/ss§@mq.example/",
        "ALTER USER app WITH PASSWORD '§'",
        "CREATE USER app IDENTIFIED BY '§'",
        "<password>§</password>",
        "<secret plugin=\"x\">§</secret>",
        "<entry key=\"db.password\">§</entry>",
        "host: db\npassword: correct horse §\nport: 5",
        "host=db\ndb.password=correct horse §\nport=5",
        "db:\n  password: |\n    first §\n    second §\n  port: 5",
        "db:\n  credentials:\n    user: a\n    code: §\nport: 5",
        "apiVersion: v1\nkind: Secret\ndata:\n  user: §\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"user\":\"§\"},\"cut",
      })
  void X1_aPasswordNeverSurvivesInAText(String form) {
    String text = form.replace("§", SECRET);

    for (Redactor redactor : List.of(REDACTOR, UNKEYED)) {
      String redacted = redactor.text(text);

      assertThat(redacted).doesNotContain(SECRET).doesNotContain("horse");
      assertThat(REDACTOR.text(redacted)).isEqualTo(redacted);
      assertThat(UNKEYED.text(redacted)).isEqualTo(redacted);
    }
  }

  @Test
  void X1_lettersAfterBearerAreATokenToo() {
    assertThat(REDACTOR.text("Authorization: Bearer abcdefghijkl"))
        .startsWith("Authorization: Bearer hmac-sha256:k1:");
    assertThat(REDACTOR.text("Authorization: Basic " + "dXNlcjpwYXNzd29yZA=="))
        .startsWith("Authorization: Basic hmac-sha256:k1:");
  }

  static Stream<String> tokens() {
    return Canaries.TOKENS.values().stream();
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void X1_aTokenIsKnownByItsLookWhereverItStands(String token) {
    for (String form :
        List.of("§", "used § for it", "(§)", "a=§", "x/§/y", "\\n§\\n", "%20§", "\"§\"", "é§é")) {
      String redacted = REDACTOR.text(form.replace("§", token));

      assertThat(redacted).as(form).doesNotContain(token.substring(token.length() / 2));
      assertThat(UNKEYED.text(redacted)).isEqualTo(redacted);
    }
    assertThat(REDACTOR.text("used " + token + ".")).isEqualTo("used " + KEY.hash(token) + ".");
  }

  /** A refresh token of Google begins with 1// too, and has no full stop. */
  @Test
  void X1_aTokenThatLooksLikeTheBeginningOfAnotherGoesAsAWhole() {
    for (String token : Canaries.TOKENS.values()) {
      String redacted = REDACTOR.text("1//" + token + " and more");

      assertThat(redacted)
          .doesNotContain(token.substring(token.length() / 2))
          .endsWith(" and more");
    }
  }

  @Test
  void X1_whatStandsForASecretIsNotTakenForAnother() {
    String id = "1//redacted-" + "0123456789abcdef".repeat(2);
    String user = "-u /hmac-sha256:k1:" + "0123456789abcdef".repeat(4);

    assertThat(REDACTOR.text(id)).isEqualTo(id);
    assertThat(REDACTOR.text(user)).isEqualTo(user);
  }

  @Test
  @Timeout(60)
  void X1_aSecretOfManyBeginningsOfTokensIsReplacedInTime() {
    assertThat(REDACTOR.text("1//" + "ghp_".repeat(250_000))).hasSizeLessThan(200);
  }

  @Test
  void X1_aPrivateKeyGoesAndTheTextAfterItStays() {
    assertThat(REDACTOR.text("key:\n" + Canaries.pem() + "\nThen the deployment failed"))
        .doesNotContain("Zq7Rk2")
        .endsWith("\nThen the deployment failed");
    String cut = "-----BEGIN " + "PRIVATE KEY-----\n" + Canaries.pemBody();
    assertThat(REDACTOR.text(cut + "\n\n(log ends, the deployment failed)"))
        .doesNotContain("Zq7Rk2")
        .endsWith("(log ends, the deployment failed)");
    assertThat(REDACTOR.text(Canaries.pem().replace("\n", "\\n") + " and on"))
        .doesNotContain("Zq7Rk2")
        .endsWith(" and on");
    String certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    assertThat(REDACTOR.text(certificate)).isEqualTo(certificate);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "basic authentication was switched on for the registry",
        "Bearer authentication is required",
        "the bearer certificate",
        "secret:shop/db-credentials",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
        "secretName: db-credentials",
        "imagePullSecrets: regcred",
        "max_tokens=4096",
        "total tokens: 120",
        "tokenizer: cl100k_base",
        "passwordPolicy: strong",
        "token_type=bearer token_endpoint=https://idp.example/token",
        "PWD=/home/jenkins OLDPWD=/",
        "password: ${{ secrets.DB_PASSWORD }}",
        "password={{ .Values.db.password }}",
        "PASSWORD=$DB_PASSWORD",
        "password=****",
        "credentialsId: github-app",
        "id-token: write",
        "fix(auth): send the token in a header",
        "the option --token is new",
        "use --password-stdin",
        "docker run --user 1000:1000 nginx",
        "https://git@github.com/acme/shop.git",
        "https://ci.example:8443/job/@scope/7",
        "pkg:oci/checkout@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "system:serviceaccount:kube-system:token-cleaner",
        "checkout-api-0a1b2c3d-4e5f-6071-8293-0a1b2c3d4e5f",
        "Unexpected token '}' in JSON",
        "kind: Deployment, Secret db-credentials mounted",
        "npm_config_registry and npm_lifecycle_event",
        "keyboard: monkey=banana",
      })
  void X1_whatOnlyLooksLikeASecretStays(String text) {
    assertThat(REDACTOR.text(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'PGPASSWORD':'§'}",
        "{'dbPassword':'§'}",
        "{'AccountKey':'§'}",
        "{'tls.key':'§'}",
        "{'env':[{'name':'DB_PASSWORD','value':'§'}]}",
        "{'tags':[{'Key':'api-token','Value':'§'}]}",
        "{'parameters':[{'key':'DB_PASSWORD','default':'§'}]}",
        "{'args':['--password','§']}",
        "{'args':['--password=§']}",
        "{'command':['sh','-c','mysql --password § shop']}",
        "{'kind':'Secret','data':{'user':'§'}}",
        "{'kind':'Secret','stringData':{'user':'§'}}",
        "{'kind':'SecretList','items':[{'data':{'user':'§'}}]}",
        "{'items':[{'kind':'Secret','data':{'user':'§'}}]}",
        "{'credentials':{'user':['§',{'deep':'§'}]}}",
        "{'nested':'{\\'kind\\':\\'Secret\\',\\'data\\':{\\'user\\':\\'§\\'}}'}",
        "{'nested':'{\\'a\\':1} {\\'kind\\':\\'Secret\\',\\'data\\':{\\'user\\':\\'§\\'}}'}",
        "{'token=§':1}",
      })
  void X1_aPasswordNeverSurvivesInATree(String form) throws Exception {
    JsonNode tree = JSON.readTree(form.replace('\'', '"').replace("§", SECRET));

    for (Redactor redactor : List.of(REDACTOR, UNKEYED)) {
      RedactedTree redacted = redactor.redact(tree);

      assertThat(redacted.tree().toString()).doesNotContain(SECRET);
      assertThat(UNKEYED.redact(redacted.tree()).tree()).isEqualTo(redacted.tree());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'volumes':[{'name':'tls','secret':{'secretName':'tls','defaultMode':420}}]}",
        "{'imagePullSecrets':[{'name':'regcred'}],'secrets':[{'name':'sa-token'}]}",
        "{'valueFrom':{'secretKeyRef':{'name':'db','key':'password'}}}",
        "{'serviceAccountToken':{'expirationSeconds':3600,'path':'token'}}",
        "{'automountServiceAccountToken':false,'tokenExpirationSeconds':3600}",
        "{'max_tokens':4096,'usage':{'total_tokens':120},'tokenizer':'bpe'}",
        "{'passwordPolicy':'strong','secretName':'db','tokenType':'bearer'}",
        "{'secret.reloader.stakater.com/reload':'db-credentials'}",
        "{'name':'DB_PASSWORD','valueFrom':{'secretKeyRef':{'name':'db','key':'pw'}}}",
        "{'password':'${{ secrets.DB_PASSWORD }}','token':null,'secret':''}",
        "{'metadata':{'name':'db-password','uid':'1'},'kind':'Secret','type':'Opaque'}",
      })
  void X1_namesAndReferencesStayInATree(String form) throws Exception {
    JsonNode tree = JSON.readTree(form.replace('\'', '"'));

    assertThat(REDACTOR.redact(tree).tree()).isSameAs(tree);
    assertThat(REDACTOR.redact(tree).pointers()).isEmpty();
  }

  @Test
  void X1_aPatchAloneOfAKubernetesSecretTellsNoValue() {
    ArrayNode patch = JSON.createArrayNode();
    patch.addObject().put("op", "replace").put("path", "/data/user").put("value", SECRET);
    patch
        .addObject()
        .put("op", "add")
        .put("path", "/stringData")
        .putObject("value")
        .put("u", SECRET);
    patch.addObject().put("op", "test").put("path", "/env/password").put("value", SECRET);
    patch
        .addObject()
        .put("op", "add")
        .put("path", "/env/-")
        .putObject("value")
        .put("name", "TOKEN")
        .put("value", SECRET);
    AuditEvent event =
        event(new StateChange(null, null, patch, List.of(), false), "Secret", "updated");

    assertNowhere(SECRET, REDACTOR.redact(event));
  }

  @Test
  void X1_aPatchFindsTheNameOfAVariableInTheState() throws Exception {
    JsonNode after =
        JSON.readTree("{\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"" + SECRET + "\"}]}");
    ArrayNode patch = JSON.createArrayNode();
    patch.addObject().put("op", "replace").put("path", "/env/0/value").put("value", SECRET);
    AuditEvent event =
        event(new StateChange(null, after, patch, List.of(), false), "Deployment", "updated");

    AuditEvent redacted = REDACTOR.redact(event);

    assertNowhere(SECRET, redacted);
    assertThat(redacted.change().state().patch().get(0).get("path").textValue())
        .isEqualTo("/env/0/value");
  }

  @Test
  void X1_aSummaryMadeBeforeRedactionTellsNoPieceOfTheSecret() throws Exception {
    String longSecret = "canary-" + "0123456789abcdef".repeat(6);
    StateChange state =
        StructuralDiff.between(
            JSON.readTree("{\"password\":\"old-one-7\",\"size\":1}"),
            JSON.readTree("{\"password\":\"" + longSecret + "\",\"size\":2}"));
    AuditEvent event = event(state, "ConfigMap", StructuralDiff.summary(state));

    AuditEvent redacted = REDACTOR.redact(event);

    assertThat(redacted.change().summary())
        .isEqualTo("password changed (redacted), size 1 → 2")
        .doesNotContain("canary");
  }

  static Stream<Arguments> valuesWithSecrets() {
    String token = Canaries.TOKENS.get("Stripe");
    return Stream.concat(
        Canaries.TOKENS.values().stream().map(alone -> Arguments.of(alone, alone)),
        Stream.of(
            Arguments.of("postgres://app:" + SECRET + "@db.internal/shop", SECRET),
            Arguments.of("{\"password\":\"" + SECRET + "\"}", SECRET),
            Arguments.of("A note\n  with " + token + " in it", token)));
  }

  @ParameterizedTest
  @MethodSource("valuesWithSecrets")
  void X1_aSummaryThatShowsOnlyTheBeginningOfAValueTellsNoPieceOfItsSecret(
      String value, String secret) {
    String line = value.replaceAll("\\s+", " ");
    StateChange state =
        StructuralDiff.between(null, JSON.createObjectNode().put("flagValue", value));
    for (int length = 4; length < line.length(); length++) {
      String beginning = line.substring(0, length);
      AuditEvent event = event(state, "ConfigMap", "value \"" + beginning + "…\" is set");

      String summary = REDACTOR.redact(event).change().summary();

      assertThat(summary).startsWith("value \"").doesNotContain(secret.substring(0, 4));
      if (!line.substring(0, length + 1).contains(secret.substring(0, 2))) {
        assertThat(summary).as("what is no secret stays").contains(beginning);
      }
    }
  }

  @Test
  void X1_aFlagWhoseKeyNamesACredentialTellsWhomItReachesButNotItsValues() throws Exception {
    StateChange state =
        StructuralDiff.between(
            JSON.readTree("{\"enabled\":true,\"value\":\"old-one-7\",\"variations\":{\"2\":5}}"),
            JSON.readTree(
                "{\"enabled\":true,\"value\":\"" + SECRET + "\",\"variations\":{\"2\":50}}"));
    AuditEvent event = event(state, "ConfigMap", "value " + SECRET);
    Resource flag = new Resource(Resource.FEATURE_FLAG, "stripe_api_key", null);
    event =
        event.toBuilder()
            .targets(List.of(Target.service("shop", "prod").withResource(flag)))
            .build();

    AuditEvent redacted = REDACTOR.redact(event);

    assertNowhere(SECRET, redacted);
    assertNowhere("old-one-7", redacted);
    assertThat(redacted.change().state().after())
        .isEqualTo(
            JSON.createObjectNode()
                .put("enabled", true)
                .put("value", KEY.hash(SECRET))
                .set("variations", JSON.createObjectNode().put("2", 50)));
  }

  @Test
  void X1_aPatchAloneOfSuchAFlagTellsNoValue() {
    ArrayNode patch = JSON.createArrayNode();
    patch.addObject().put("op", "replace").put("path", "/value").put("value", SECRET);
    patch.addObject().put("op", "replace").put("path", "/variants/on").put("value", SECRET);
    AuditEvent event =
        event(new StateChange(null, null, patch, List.of(), false), "ConfigMap", "updated");
    Resource flag = new Resource(Resource.FEATURE_FLAG, "stripe_api_key", null);
    event =
        event.toBuilder()
            .targets(List.of(Target.service("shop", "prod").withResource(flag)))
            .build();

    assertNowhere(SECRET, REDACTOR.redact(event));
  }

  @Test
  void X1_aValueThatIsSecretInOnePlaceIsSecretInFreeTextAndStates() throws Exception {
    StateChange state =
        StructuralDiff.between(
            null,
            JSON.readTree(
                "{\"password\":\"" + SECRET + "\",\"args\":[\"login\",\"admin," + SECRET + "\"]}"));
    AuditEvent event = event(state, "ConfigMap", "set it to " + SECRET);
    event =
        event.toBuilder()
            .change(event.change().toBuilder().reason("because " + SECRET + " was old").build())
            .attribute("note", TextNode.valueOf("was " + SECRET))
            .build();

    AuditEvent redacted = REDACTOR.redact(event);

    assertNowhere(SECRET, redacted);
    assertThat(redacted.change().summary()).isEqualTo("set it to " + KEY.hash(SECRET));
  }

  @Test
  void X1_aFieldThatTheHashWouldMakeTooLongIsShortenedInstead() {
    String token = Canaries.TOKENS.get("GitHub ghp_");
    AuditEvent event =
        AuditEvent.builder(
                new EventRef("/k8s/prod", "x"),
                Instant.EPOCH,
                Actor.user("a".repeat(470) + token, Actor.Evidence.DECLARED),
                Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "deploy " + token)
                    .id("b".repeat(470) + token)
                    .summary("pwd=abc " + "c".repeat(2040))
                    .build())
            .target(Target.service("d".repeat(200) + token, "prod"))
            .provenance(
                new Provenance(
                    new Provenance.Vcs(null, null, null, null, null, token, null), null, List.of()))
            .links(new Links(null, null, List.of(), Map.of(token, "https://a.example/" + token)))
            .origin(new Origin("i", null, token, 1, null, null))
            .build();

    for (Redactor redactor : List.of(REDACTOR, UNKEYED)) {
      AuditEvent redacted = redactor.redact(event);

      assertNowhere(token, redacted);
      assertThat(redacted.change().action()).isEqualTo("deploy redacted");
      assertThat(redacted.provenance().vcs().pullRequest()).isEqualTo("redacted");
      assertThat(redactor.redact(redacted)).isEqualTo(redacted);
    }
  }

  @Test
  void X1_anIdWithATokenInItStaysStableAndUnlikeOthers() {
    String one = Canaries.TOKENS.get("GitHub ghp_");
    String two = Canaries.TOKENS.get("GitHub gho_");
    for (Redactor redactor : List.of(REDACTOR, UNKEYED)) {
      EventRef first = redactor.redact(named("https://ci.example/" + one, "run 7 " + one)).ref();

      assertThat(first.toString()).doesNotContain(one.substring(8));
      assertThat(first.source()).startsWith("https://ci.example/redacted-");
      assertThat(redactor.redact(named("https://ci.example/" + one, "run 7 " + one)).ref())
          .isEqualTo(first);
      assertThat(redactor.redact(named("https://ci.example/" + two, "run 7 " + one)).ref())
          .isNotEqualTo(first);
      assertThat(UNKEYED.redact(named(first.source(), first.id())).ref()).isEqualTo(first);
      String full = "e".repeat(512 - one.length()) + one;
      assertThat(redactor.redact(named("/s", full)).ref().id()).hasSize(41);
    }
    assertThat(UNKEYED.redact(named("https://bot:" + SECRET + "@ci.example/", "1")).ref().source())
        .as("a password could be guessed from a hash without a key")
        .isEqualTo("https://bot:redacted@ci.example/");
  }

  @Test
  void X1_aKindOrATypeWithATokenInItIsReplaced() {
    String token = "npm_" + "abc123def456".repeat(3);
    AuditEvent event =
        named("/s", "1").toBuilder()
            .type("dev.cdeventsx.acme-" + token + ".created.0.1.0")
            .change(Change.of(ChangeKind.of("acme." + token), Phase.OCCURRED, "x").build())
            .target(Target.service("shop", "prod"))
            .build();

    AuditEvent redacted = REDACTOR.redact(event);

    assertNowhere(token, redacted);
    assertThat(redacted.type()).isNull();
    assertThat(CODEC.decode(CODEC.encode(redacted))).isEqualTo(redacted);
  }

  @Test
  void X1_whatTheWireCarriedBesideTheFieldsIsRedactedInItsSurroundings() throws Exception {
    ObjectNode wire = CODEC.toTree(named("/s", "1"));
    ObjectNode content = (ObjectNode) wire.at("/data/subject/content");
    content.put("kind", "Secret").putObject("data").put("user", SECRET);
    ObjectNode custom = ((ObjectNode) wire.at("/data/customData")).putObject("tool");
    custom.put("name", "DB_PASSWORD").put("value", SECRET);
    wire.put("apitoken", SECRET);

    assertNowhere(SECRET, REDACTOR.redact(CODEC.decode(wire)));
  }

  @Test
  void X1_hashesOfDifferentKeysAreNotComparable() throws Exception {
    Redactor other = new Redactor(RedactionRules.defaults(), new RedactionKey("k2", new byte[16]));
    JsonNode tree = JSON.readTree("{\"password\":\"" + SECRET + "\"}");

    assertThat(REDACTOR.redact(tree)).isEqualTo(REDACTOR.redact(tree));
    assertThat(
            StructuralDiff.summary(
                StructuralDiff.between(REDACTOR.redact(tree).tree(), other.redact(tree).tree())))
        .isEqualTo("password not comparable (redacted, other key)");
  }

  @Test
  void X1_configuredPathsAreSecretWithAllBelow() throws Exception {
    Redactor redactor =
        new Redactor(
            RedactionRules.defaults().withSecretPaths(List.of("/spec/values/*/a~1b")), KEY);
    JsonNode tree =
        JSON.readTree(
            "{\"spec\":{\"values\":{\"x\":{\"a/b\":{\"deep\":\"canary\"},\"c\":\"d\"}}}}");

    RedactedTree redacted = redactor.redact(tree);

    assertThat(redacted.tree().toString()).doesNotContain("canary").contains("\"c\":\"d\"");
    assertThat(redacted.pointers()).containsExactly("/spec/values/x/a~1b/deep");
  }

  @Test
  void X1_aNumberThatNothingHoldsInJsonWithinATextHidesNoSecret() {
    String text = "{\"limit\":1e3372036854775807,\"password\":\"canary\"}";

    RedactedTree redacted = REDACTOR.redact(JSON.createObjectNode().put("config", text));

    assertThat(redacted.tree().toString()).contains("1e3372036854775807").doesNotContain("canary");
  }

  @Test
  void anEventWithoutSecretsStaysTheSameInstance() throws Exception {
    StateChange state =
        StructuralDiff.between(
            JSON.readTree("{\"replicas\":3,\"image\":\"acme/shop:1.4.1\"}"),
            JSON.readTree("{\"replicas\":5,\"image\":\"acme/shop:1.4.2\"}"));
    AuditEvent event = event(state, "Deployment", StructuralDiff.summary(state));

    assertThat(REDACTOR.redact(event)).isSameAs(event);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=",
        ":",
        "a=",
        "password=",
        "password:",
        "\"password\":\"",
        "token:{",
        "secret: [",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----AAAA",
        "://",
        "://a:",
        "://a:b/",
        "<a",
        "<password>",
        "<entry key=\"password\"",
        "--password ",
        "eyJ",
        "eyJhbGciOi",
        "ghp_",
        "glpat-",
        "Bearer ",
        "Basic ",
        "password '",
        "a;password=b",
        "password=a ",
        "password: |\n",
        "password:\n ",
        "\\n",
        "\\\\\"",
        "k: v\n",
        "xoxb-",
        "{{",
        "secret:a/",
        "1//",
        "SG.",
      })
  @Timeout(60) // against hanging only: quadratic time would take hours
  void anyTextIsReadInLinearTime(String piece) {
    String text = piece.repeat((1 << 20) / piece.length());

    assertThat(REDACTOR.text(text)).isNotEmpty();
  }

  private static AuditEvent named(String source, String id) {
    return AuditEvent.builder(
            new EventRef(source, id),
            Instant.EPOCH,
            Actor.unknown(),
            Change.of(ChangeKind.CODE, Phase.OCCURRED, "merge").build())
        .build();
  }

  private static AuditEvent event(StateChange state, String kind, String summary) {
    return AuditEvent.builder(
            new EventRef("/k8s/prod", "1"),
            Instant.EPOCH,
            Actor.unknown(),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .summary(summary)
                .state(state)
                .build())
        .target(Target.service("shop", "prod").withResource(new Resource(kind, "db", null)))
        .build();
  }

  private static void assertNowhere(String secret, AuditEvent event) {
    assertThat(new String(CODEC.encode(event), StandardCharsets.UTF_8)).doesNotContain(secret);
  }
}
