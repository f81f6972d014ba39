// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is wrong is answered with a problem (RFC 9457) that names the field and the remedy, and
 * costs nothing of what was right beside it.
 */
class BadInputTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static Instant now;
  private static final String CHANGETRAIL = "/data/customData/changetrail";

  @TempDir private static Path data;
  private static RunningServer server;
  private static int count;

  @BeforeAll
  static void start() throws Exception {
    now = Instant.now();
    String secret =
        new TokenFile(data.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "ci",
                    "acme",
                    null,
                    new Token.Ingest(List.of(Events.GITHUB)),
                    new Token.Read(null, null, null),
                    false),
                now)
            .secret();
    server = RunningServer.start(data).as(secret);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /**
   * A wrong event.
   *
   * @param text made from the text of a right one
   * @param field that the complaint names
   * @param remedy a part of what it says to do
   */
  private record Wrong(UnaryOperator<byte[]> text, String field, String remedy) {}

  private static Named<Wrong> bytes(
      String what, UnaryOperator<byte[]> text, String field, String remedy) {
    return Named.of(what, new Wrong(text, field, remedy));
  }

  private static Named<Wrong> text(
      String what, UnaryOperator<String> text, String field, String remedy) {
    return bytes(
        what,
        right ->
            text.apply(new String(right, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8),
        field,
        remedy);
  }

  private static Named<Wrong> tree(
      String what, Consumer<ObjectNode> change, String field, String remedy) {
    return text(
        what,
        right -> {
          ObjectNode event = (ObjectNode) Events.json(right);
          change.accept(event);
          return event.toString();
        },
        field,
        remedy);
  }

  private static ObjectNode object(ObjectNode event, String pointer) {
    return (ObjectNode) event.at(pointer);
  }

  /** The same in the envelope and in the CDEvents context. */
  private static void put(ObjectNode event, String name, String value) {
    event.put(name, value);
    object(event, "/data/context").put(name, value);
  }

  private static String nested(int levels) {
    return "[".repeat(levels) + "]".repeat(levels);
  }

  private static UnaryOperator<String> attribute(String json) {
    return right ->
        right.replace("\"changetrail\":{", "\"changetrail\":{\"attributes\":{\"a\":" + json + "},");
  }

  static List<Named<Wrong>> wrongEvents() {
    String attributes = "data.customData.changetrail.attributes.a";
    String deep = (attributes + "[0]".repeat(60)).substring(0, 120) + "…";
    String year = "2".repeat(5) + "-01-01T00:00:00Z";
    return List.of(
        text("not JSON", right -> right.replace("\"id\":", "id:"), "body", "JSON library"),
        text("a single quote", right -> right.replace('"', '\''), "body", "not valid JSON"),
        text("NaN", attribute("NaN"), "body", "not valid JSON at line 1"),
        text("Infinity", attribute("-Infinity"), "body", "not valid JSON at line 1"),
        text("no object", right -> "\"event\"", "body", "JSON object"),
        text("null", right -> "null", "body", "JSON object"),
        text(
            "a field twice",
            right -> right.replace("\"id\":", "\"id\":\"other\",\"id\":"),
            "id",
            "send it once"),
        text(
            "a field within twice",
            right -> right.replace("\"actor\":{", "\"actor\":{\"id\":\"eve\","),
            "data.customData.changetrail.actor.id",
            "send it once"),
        text("deep nesting", attribute(nested(5000)), deep, "flatten"),
        text("a very long number", attribute("9".repeat(101)), attributes, "as a string"),
        text("an exponent that prints larger", attribute("92e2147483647"), attributes, "a string"),
        text("an exponent of 19 digits", attribute("9e3372036854775807"), attributes, "a string"),
        text(
            "an exponent of minus two billion", attribute("1e-2147483647"), attributes, "a string"),
        text(
            "a very long string",
            attribute("\"" + "x".repeat(1_100_000) + "\""),
            attributes,
            "cut"),
        text(
            "a very long name",
            attribute("{\"" + "n".repeat(1100) + "\":1}"),
            attributes,
            "shorten"),
        text("half a surrogate pair", attribute("\"\\ud800\""), attributes, "whole characters"),
        bytes("Latin-1", BadInputTest::inLatin1, "body", "encode it as UTF-8"),
        bytes(
            "UTF-16",
            right -> new String(right, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE),
            "body",
            "not valid JSON"),
        tree("no id", event -> event.remove("id"), "id", "required"),
        tree("a blank id", event -> put(event, "id", " "), "id", "must not be blank"),
        tree("an id that is no string", event -> event.put("id", 7), "id", "must be a string"),
        tree("a long id", event -> put(event, "id", "i".repeat(513)), "id", "at most 512"),
        tree("no source", event -> event.remove("source"), "source", "required"),
        tree(
            "a long source",
            event -> put(event, "source", Events.GITHUB + "s".repeat(1024)),
            "source",
            "at most 1024"),
        tree("no time", BadInputTest::withoutTime, "time", "when did it happen"),
        tree("no moment", event -> event.put("time", "yesterday"), "time", "2026-01-31T02:03:00Z"),
        tree(
            "a time without offset",
            event -> event.put("time", "2026-01-31T02:03:00"),
            "time",
            "offset"),
        tree(
            "a far future",
            event -> at(event, now.plus(Duration.ofHours(50))),
            "time",
            "check the sender's clock"),
        tree("a year of five digits", event -> at(event, year), "time", "RFC 3339"),
        tree("a far past", event -> at(event, Instant.EPOCH), "time", "events.maxPast"),
        tree(
            "two different times",
            event -> event.put("time", now.minusSeconds(9).toString()),
            "data.context.timestamp",
            "the same in both"),
        tree("no spec version", event -> event.remove("specversion"), "specversion", "required"),
        tree(
            "a wrong spec version",
            event -> event.put("specversion", "0.3"),
            "specversion",
            "must be 1.0"),
        tree(
            "a wrong CDEvents version",
            event -> object(event, "/data/context").put("specversion", "2.0.0"),
            "data.context.specversion",
            "from 0.1 to 0.6"),
        tree("no type", event -> event.remove("type"), "type", "required"),
        tree(
            "a foreign type",
            event -> put(event, "type", "com.example.moved"),
            "type",
            "dev.cdeventsx."),
        tree(
            "an unknown CDEvents type",
            event -> put(event, "type", "dev.cdevents.service.deploid.0.3.0"),
            "type",
            "the nearest is dev.cdevents.service.deployed"),
        tree("no data", event -> event.remove("data"), "data", "required"),
        tree("data of another kind", event -> event.put("data", "text"), "data", "JSON object"),
        tree(
            "a context that differs",
            event -> object(event, "/data/context").put("id", "other"),
            "data.context.id",
            "the same in both"),
        tree(
            "no subject",
            event -> object(event, "/data").remove("subject"),
            "data.subject",
            "required"),
        tree(
            "no actor",
            event -> object(event, CHANGETRAIL).remove("actor"),
            "data.customData.changetrail.actor",
            "if nobody knows who it was"),
        tree(
            "an unknown phase",
            event -> object(event, CHANGETRAIL + "/change").put("phase", "begun"),
            "data.customData.changetrail.change.phase",
            "must be one of planned"),
        tree(
            "an unknown kind",
            event -> object(event, CHANGETRAIL + "/change").put("kind", "dns"),
            "data.customData.changetrail.change.kind",
            "acme.dns"),
        tree(
            "a rollout over 100 %",
            event -> object(event, CHANGETRAIL + "/change").put("rollout", 120),
            "data.customData.changetrail.change.rollout",
            "100"),
        tree(
            "a target without an environment",
            event ->
                object(event, CHANGETRAIL + "/targets/0").remove("deployment.environment.name"),
            "data.customData.changetrail.targets[0].deployment.environment.name",
            "required"),
        tree(
            "too many targets",
            event -> copies(object(event, CHANGETRAIL).withArray("targets"), 1001),
            "data.customData.changetrail.targets",
            "split the event at 1000"),
        tree(
            "too many attributes",
            event -> {
              ObjectNode all = object(event, CHANGETRAIL).putObject("attributes");
              for (int i = 0; i < 257; i++) {
                all.put("acme.a" + i, i);
              }
            },
            "data.customData.changetrail.attributes",
            "send at most 256"),
        tree(
            "a long summary",
            event -> object(event, CHANGETRAIL + "/change").put("summary", "s".repeat(2049)),
            "data.customData.changetrail.change.summary",
            "at most 2048"),
        tree(
            "the tenant of others",
            event -> event.put("tenant", "default"),
            "tenant",
            "a token of that tenant"),
        tree(
            "the tenant of others within",
            event -> object(event, CHANGETRAIL).put("tenant", "default"),
            "changetrail.tenant",
            "leave it out"),
        tree(
            "the source of others",
            event -> put(event, "source", "https://github.com/acme/payroll"),
            "source",
            "use its source, or a token that is made for this one"));
  }

  private static void copies(com.fasterxml.jackson.databind.node.ArrayNode array, int count) {
    JsonNode first = array.get(0);
    while (array.size() < count) {
      ObjectNode copy = first.deepCopy();
      array.add(copy.put("service.name", "service-" + array.size()));
    }
  }

  private static byte[] inLatin1(byte[] right) {
    return new String(right, StandardCharsets.UTF_8)
        .replace("\"ada\"", "\"ad\u00e1\"")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void withoutTime(ObjectNode event) {
    event.remove("time");
    object(event, "/data/context").remove("timestamp");
  }

  private static void at(ObjectNode event, Object time) {
    event.put("time", time.toString());
    object(event, "/data/context").put("timestamp", time.toString());
  }

  private static AuditEvent right() {
    return Events.deployment("event-" + count++, now, "checkout", "prod").build();
  }

  private static Answer send(String mediaType, byte[] body) throws Exception {
    return server.post("/v1/events", mediaType, body);
  }

  private static boolean isStored(AuditEvent event) throws Exception {
    return server.get("/v1/events", "limit", "1000").text().contains(event.ref().id() + "\"");
  }

  /** The members of RFC 9457, and that it names the field and what to do. */
  private static void explains(Answer answer, int status, String field, String remedy) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("type").asText()).startsWith("urn:changetrail:problem:");
    assertThat(problem.path("title").asText()).isNotBlank();
    assertThat(problem.path("field").asText()).as(answer.text()).isEqualTo(field);
    assertThat(problem.path("detail").asText()).contains(field, remedy);
  }

  @ParameterizedTest
  @MethodSource("wrongEvents")
  void aWrongEventIsExplained(Wrong wrong) throws Exception {
    AuditEvent event = right();

    Answer answer = send(CloudEventsCodec.MEDIA_TYPE, wrong.text().apply(CODEC.encode(event)));

    explains(answer, 400, wrong.field(), wrong.remedy());
    assertThat(isStored(event)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("wrongEvents")
  void aWrongEventCostsNothingElseInItsBatch(Wrong wrong) throws Exception {
    AuditEvent before = right();
    AuditEvent bad = right();
    AuditEvent after = right();
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    batch.write('[');
    batch.write(CODEC.encode(before));
    batch.write(',');
    batch.write(wrong.text().apply(CODEC.encode(bad)));
    batch.write(',');
    batch.write(CODEC.encode(after));
    batch.write(']');

    Answer answer = send(CloudEventsCodec.BATCH_MEDIA_TYPE, batch.toByteArray());

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(2);
    assertThat(answer.json().path("rejected").asInt()).isEqualTo(1);
    JsonNode error = answer.json().at("/errors/0");
    assertThat(error.path("index").asInt()).isEqualTo(1);
    assertThat(error.path("field").asText()).as(answer.text()).isEqualTo(wrong.field());
    assertThat(error.path("detail").asText()).contains(wrong.field(), wrong.remedy());
    assertThat(isStored(before)).isTrue();
    assertThat(isStored(bad)).isFalse();
    assertThat(isStored(after)).isTrue();
  }

  /** What looks odd and is right. */
  static Stream<Named<UnaryOperator<byte[]>>> oddEvents() {
    Map<String, UnaryOperator<String>> odd =
        Map.of(
            "a byte order mark", right -> "\ufeff" + right,
            "space around", right -> "\r\n\t " + right + "\n",
            "a number beyond any double", attribute("1e400"),
            "a number of a billion digits", attribute("1e999999999"),
            "a number close to nothing", attribute("1e-999999999"),
            "a whole surrogate pair", attribute("\"\\ud83d\\ude80\""),
            "a null character", attribute("\"\\u0000\""),
            "an empty name", attribute("{\"\":1}"),
            "the tenant of the credential",
                right -> right.replaceFirst("\\{", "{\"tenant\":\"acme\","));
    return odd.entrySet().stream()
        .map(
            entry ->
                Named.of(
                    entry.getKey(),
                    right ->
                        entry
                            .getValue()
                            .apply(new String(right, StandardCharsets.UTF_8))
                            .getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @MethodSource("oddEvents")
  void whatIsOddButRightIsTakenAndGivenBack(UnaryOperator<byte[]> odd) throws Exception {
    AuditEvent event = right();

    for (int i = 0; i < 2; i++) {
      Answer answer = send("application/json", odd.apply(CODEC.encode(event)));
      assertThat(answer.status()).as(answer.text()).isEqualTo(202);
      assertThat(answer.json().path(i == 0 ? "accepted" : "duplicate").asInt())
          .as(answer.text())
          .isEqualTo(1);
    }

    assertThat(isStored(event)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/cloudevents+json       | ''           | 400 | body         | is empty",
        "application/cloudevents+json       | []           | 400 | body         | one CloudEvent",
        "application/cloudevents-batch+json | {}           | 400 | body         | array of CloudEvents",
        "application/cloudevents-batch+json | '[{},'       | 400 | body         | not valid JSON",
        "application/cloudevents-batch+json | '[{}] {}'    | 400 | body         | not valid JSON",
        "application/cloudevents+json       | '{} {}'      | 400 | body         | not valid JSON",
        "text/plain                         | {}           | 415 | content-type | application/cloudevents-batch+json",
        "application/x-www-form-urlencoded  | a=b          | 415 | content-type | application/json",
      })
  void aWrongBodyIsExplained(String mediaType, String body, int status, String field, String remedy)
      throws Exception {
    explains(send(mediaType, body.getBytes(StandardCharsets.UTF_8)), status, field, remedy);
  }

  @Test
  void anEmptyBatchIsABatchOfNothing() throws Exception {
    assertThat(
            send(CloudEventsCodec.BATCH_MEDIA_TYPE, "[]".getBytes(StandardCharsets.UTF_8)).text())
        .contains("\"accepted\":0", "\"rejected\":0");
  }

  @Test
  void tooManyEventsOrBytesAreRefusedWithTheLimit() throws Exception {
    String many = "[" + "1,".repeat(5000) + "1]";
    explains(
        send(CloudEventsCodec.BATCH_MEDIA_TYPE, many.getBytes(StandardCharsets.UTF_8)),
        413,
        "body",
        "at most 5000; split it");
    byte[] huge = new byte[26 << 20];
    java.util.Arrays.fill(huge, (byte) ' ');
    explains(send(CloudEventsCodec.MEDIA_TYPE, huge), 413, "body", "26214400 bytes");
    explains(send(CloudEventsCodec.MEDIA_TYPE, huge), 413, "body", "send fewer events");
    explains(
        server.put(
            "/v1/resources",
            "{\"source\":\""
                + Events.GITHUB
                + "\",\"time\":\""
                + now
                + "\",\"target\":{\"environment\":\"prod\",\"resource\":{\"kind\":\"A\",\"name\":"
                + "\"b\"}},\"state\":{"
                + parts(1600)
                + "}}"),
        413,
        "body",
        "is not kept");
    explains(
        server.post(
            "/v1/declarations",
            "application/json",
            "{\"declarations\":[" + "{},".repeat(5000) + "{}]}"),
        413,
        "body",
        "split it");
  }

  /** Members of a kilobyte each. */
  private static String parts(int count) {
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < count; i++) {
      parts.append(i == 0 ? "" : ",").append("\"part-").append(i).append("\":\"");
      parts.append("word ".repeat(200)).append('"');
    }
    return parts.toString();
  }

  @Test
  void aBodyWithoutAContentTypeIsExplained() throws Exception {
    Answer answer =
        server.send(
            server
                .request("/v1/events")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(CODEC.encode(right())))
                .build());
    explains(answer, 415, "content-type", "application/cloudevents+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                     | body          | not valid JSON",
        "{}                    | declarations  | required",
        "{\"declarations\":{}} | declarations  | list",
        "{\"declaration\":[]}  | declaration   | did you mean 'declarations'",
        "{\"declarations\":[{\"installation\":\"i\",\"epoch\":\"e\"}]} | declarations[0].source | required",
        "{\"declarations\":[{\"source\":\"/others\",\"installation\":\"i\",\"epoch\":\"e\",\"last\":1}]} | declarations[0].source | may send for",
        "{\"declarations\":[{\"tenant\":\"default\"}]} | declarations[0].tenant | not a field here",
      })
  void aWrongDeclarationIsExplained(String body, String field, String remedy) throws Exception {
    explains(server.post("/v1/declarations", "application/json", body), 400, field, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ce-specversion=0.3 | specversion | must be 1.0",
        "ce-id=             | id          | required",
        "ce-type=com.a.b    | type        | not a CDEvents type",
        "ce-time=noon       | time        | 2026-01-31T02:03:00Z",
        "ce-source=/others  | source      | a token that is made for this one",
        "ce-tenant=default  | tenant      | a token of that tenant",
        "ce-subject=%ff     | subject     | UTF-8",
        "content-type=text/xml | datacontenttype | application/json",
        "content-encoding=br   | content-encoding | gzip",
        "content-encoding=gzip | body | gzip",
      })
  void aWrongHeaderFieldOfTheBinaryModeIsExplained(String header, String field, String remedy)
      throws Exception {
    ObjectNode event = CODEC.toTree(right());
    ObjectNode context = object(event, "/data/context");
    Map<String, String> headers = new java.util.TreeMap<>();
    for (String name : List.of("specversion", "id", "source", "type", "subject", "time")) {
      headers.put("ce-" + name, event.path(name).asText());
    }
    headers.put("content-type", "application/json");
    String[] changed = header.split("=", 2);
    headers.put(changed[0], changed[1]);
    if (Set.of("ce-type", "ce-source").contains(changed[0])) {
      context.put(changed[0].substring(3), changed[1]);
    }
    java.net.http.HttpRequest.Builder request = server.request("/v1/events");
    headers.forEach(request::header);

    Answer answer =
        server.send(
            request
                .POST(
                    java.net.http.HttpRequest.BodyPublishers.ofString(
                        event.path("data").toString()))
                .build());

    int status = header.equals("content-encoding=br") ? 415 : 400;
    explains(answer, status, field, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                      | body           | not valid JSON",
        "[]                                     | body           | JSON object",
        "{\"source\":\"/a\",\"source\":\"/b\"}  | source         | send it once",
        "{\"source\":\"\\udc00\"}               | source         | whole characters",
        "{\"sorce\":\"/a\"}                     | sorce          | did you mean 'source'",
        "{\"tenant\":\"default\"}               | tenant         | not a field here",
        "{}                                     | source         | required",
        "{\"source\":\"/others\"}               | source         | may send for",
        "{\"source\":\"https://github.com/acme/checkout\"} | target | required",
        "{\"source\":\"https://github.com/acme/checkout\",\"target\":{\"resource\":{\"kind\":\"A\"}}} | target.resource.name | required",
        "{\"source\":\"https://github.com/acme/checkout\",\"time\":\"noon\",\"state\":{},\"target\":{\"environment\":\"prod\",\"resource\":{\"kind\":\"A\",\"name\":\"b\"}}} | time | RFC 3339",
      })
  void aWrongBaselineIsExplained(String body, String field, String remedy) throws Exception {
    explains(server.put("/v1/resources", body), 400, field, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                        | body         | not valid JSON",
        "{\"service\":\"\\ud800\"} | service     | whole characters",
        "{}                       | service      | required",
        "{\"servise\":\"a\"}      | servise      | did you mean 'service'",
        "{\"service\":\"a\",\"environment\":7} | environment | text",
        "{\"service\":\"a\",\"environment\":\"b\",\"from\":\"noon\"} | from | not a field here",
      })
  void aWrongQuestionIsExplained(String body, String field, String remedy) throws Exception {
    explains(server.post("/v1/correlate", "application/json", body), 400, field, remedy);
  }

  private static final List<String> FILTERED =
      List.of(
          "/v1/events", "/v1/changes", "/v1/histogram", "/v1/facets", "/v1/lineage", "/v1/stream");

  static List<String[]> wrongParameters() {
    List<String[]> all = new ArrayList<>();
    for (String path : FILTERED) {
      all.add(new String[] {path, "from", "yesterday", "from", "RFC 3339"});
      all.add(new String[] {path, "to", "2026-13-01T00:00:00Z", "to", "RFC 3339"});
      all.add(new String[] {path, "from", "+1000000000-01-01T00:00:00Z", "from", "RFC 3339"});
      all.add(new String[] {path, "serice", "checkout", "serice", "did you mean 'service'"});
      all.add(new String[] {path, "q", "servce:checkout", "q", "did you mean 'service:'"});
      all.add(new String[] {path, "q", "service:checkout -", "q", "letters and digits"});
      all.add(new String[] {path, "environment", "", "environment", "leave it out"});
      all.add(new String[] {path, "path", " ", "path", "path=spec.replicas"});
    }
    for (String path : List.of("/v1/events", "/v1/changes")) {
      all.add(new String[] {path, "cursor", "abc", "cursor", "nextCursor"});
      all.add(new String[] {path, "cursor", "", "cursor", "nextCursor"});
      all.add(new String[] {path, "limit", "0", "limit", "from 1 to 1000"});
      all.add(new String[] {path, "limit", "many", "limit", "from 1 to 1000"});
    }
    all.add(new String[] {"/v1/events", "view", "fold", "view", "folded, raw"});
    all.add(new String[] {"/v1/events", "order", "up", "order", "newest_first"});
    all.add(new String[] {"/v1/histogram", "width", "1h", "width", "PT"});
    all.add(new String[] {"/v1/facets", "facet", "colour", "facet", "service"});
    all.add(new String[] {"/v1/lineage", "limit", "1", "limit", "not a parameter here"});
    all.add(new String[] {"/v1/state", "at", "0", "service", "required"});
    all.add(new String[] {"/v1/state", "servce", "a", "servce", "did you mean 'service'"});
    all.add(new String[] {"/v1/stream", "after", "the-beginning", "after", "a whole number"});
    all.add(new String[] {"/v1/sources", "source", "a", "source", "not a parameter here"});
    all.add(new String[] {"/v1/unmapped", "facet", "a", "facet", "not a parameter here"});
    return all;
  }

  @ParameterizedTest(name = "{0} {1}={2}")
  @MethodSource("wrongParameters")
  void aWrongParameterIsExplained(
      String path, String name, String value, String field, String remedy) throws Exception {
    explains(server.get(path, name, value), 400, field, remedy);
  }

  @ParameterizedTest
  @MethodSource("filtered")
  void anEmptyRangeOfTimeIsExplained(String path) throws Exception {
    Answer answer =
        server.get(
            path, "service", "a", "from", now.toString(), "to", now.minusSeconds(1).toString());
    explains(answer, 400, "from", "must be before to");
  }

  static List<String> filtered() {
    return FILTERED;
  }

  @Test
  void aCursorOfAnotherQueryIsExplained() throws Exception {
    server.store(right(), right());
    for (String path : List.of("/v1/events", "/v1/changes")) {
      String cursor =
          server.get(path, "limit", "1", "service", "checkout").json().path("nextCursor").asText();
      explains(
          server.get(path, "service", "cart", "cursor", cursor),
          400,
          "cursor",
          "with the same filters");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'alertedAt':'-999999999-01-01T00:00:00Z'|alertedAt",
        "'alertedAt':'0001-01-01T00:00:00Z'|alertedAt",
        "'for':'PT9223372036854775807S'|for",
        "'series':[{'service':'a','signal':'s','points':[['+999999999-01-01T00:00:00Z',1]]}]"
            + "|series[0].points[0]",
        "'series':[{'service':'a','signal':'s','points':[[1e300,1]]}]|series[0].points[0]",
        "'series':[{'service':'a','signal':'s','points':[[-1,1]]}]|series[0].points[0]",
      })
  void aQuestionAboutATimeOutOfThisWorldIsRefusedByTheNameOfItsField(String part, String field)
      throws Exception {
    for (String path : List.of("/v1/correlate", "/v1/correlations", "/v1/postmortem")) {
      Answer answer =
          server.post(
              path, "application/json", ("{'service':'a'," + part + "}").replace('\'', '"'));

      assertThat(answer.status()).as("%s: %s", path, answer.text()).isEqualTo(400);
      assertThat(answer.json().path("field").asText()).isEqualTo(field);
    }
  }

  @Test
  void anIncidentOfATimeThatIsTooLongAgoIsRefusedLikeAnyEvent() throws Exception {
    Answer answer =
        server.post(
            "/v1/correlations",
            "application/json",
            "{\"service\":\"a\",\"alertedAt\":\"1999-12-31T00:00:00Z\"}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("events.maxPast");
  }

  @Test
  void aStateOfATimeThatNoClockShowsYetKeepsNoneOfTheTrueOneOut() throws Exception {
    String baseline =
        """
        {"source":"%s","time":"%s","target":{"service":"ahead","environment":"prod",
         "resource":{"kind":"ConfigMap","name":"c"}},"state":{"a":1}}
        """;
    Answer ahead =
        server.put(
            "/v1/resources", baseline.formatted(Events.GITHUB, now.plus(Duration.ofDays(9))));
    assertThat(ahead.status()).as(ahead.text()).isEqualTo(400);
    assertThat(ahead.json().path("field").asText()).isEqualTo("time");

    server.put("/v1/resources", baseline.formatted(Events.GITHUB, now));

    assertThat(server.get("/v1/state", "service", "ahead").json().path("resources")).hasSize(1);
  }
}
