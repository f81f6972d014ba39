// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * JSON values one after the other, from a file that holds one, an array of them, or a sequence with
 * white space between ({@code ndjson}). Never more than one is in memory.
 */
final class EventFile implements Closeable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final JsonParser parser;
  private final String name;

  /** The first token of the next value, if it was read already. */
  private @Nullable JsonToken ahead;

  private boolean inArray;

  private EventFile(JsonParser parser, String name) throws IOException {
    this.parser = parser;
    this.name = name;
    ahead = parser.nextToken();
    if (ahead == JsonToken.START_ARRAY) {
      inArray = true;
      ahead = null;
    }
  }

  /**
   * Opens a file for reading.
   *
   * @param name of the file, or {@code -} for standard input
   */
  static EventFile open(String name, InputStream standardInput) {
    boolean standard = name.equals("-");
    String shown = standard ? "standard input" : name;
    try {
      InputStream content = standard ? standardInput : Files.newInputStream(Path.of(name));
      return new EventFile(JSON.createParser(content), shown);
    } catch (JsonProcessingException e) {
      throw notJson(shown, e);
    } catch (IOException e) {
      throw Failure.usage(shown + " cannot be read", "check its name and its rights", e);
    }
  }

  /** The next value; {@code null} after the last. */
  @Nullable JsonNode next() {
    try {
      JsonToken token = ahead != null ? ahead : parser.nextToken();
      ahead = null;
      if (token == JsonToken.END_ARRAY && inArray) {
        inArray = false;
        token = parser.nextToken();
      }
      return token == null ? null : parser.readValueAsTree();
    } catch (JsonProcessingException e) {
      throw notJson(name, e);
    } catch (IOException e) {
      throw Failure.usage(name + " cannot be read to its end", null, e);
    }
  }

  /** Without a piece of the content, which is not redacted yet. */
  private static Failure notJson(String name, JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return Failure.usage(
        name + " is not JSON at line " + at.getLineNr() + ", column " + at.getColumnNr(),
        "the events before it are sent already; correct the file and send it all again: each is"
            + " stored once",
        e);
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw Failure.usage(name + " cannot be closed", null, e);
    }
  }
}
