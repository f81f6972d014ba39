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
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.ReadableNumbers;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * JSON values one after the other, from a file that holds one, an array of them, or a sequence with
 * white space between. Never more than one is in memory. Where each line is a value of its own
 * ({@code ndjson}) one that is none does no harm to the others; else nobody knows where the next
 * begins.
 */
final class EventFile implements Closeable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new ReadableNumbers())
          .build();

  private static final int LONGEST_LINE = 16 << 20;

  private final InputStream content;
  private final String name;
  private final boolean byLine;

  /** Lines that were read to find out what the file is. */
  private final Deque<byte[]> ahead = new ArrayDeque<>();

  /** Reads the current line, or all that is left; {@code null} between two lines. */
  private @Nullable JsonParser parser;

  private boolean inArray;
  private int line;

  private EventFile(InputStream content, String name) throws IOException {
    this.content = content;
    this.name = name;
    byLine = isByLine();
    if (!byLine) {
      ByteArrayOutputStream begin = new ByteArrayOutputStream();
      for (byte[] each : ahead) {
        begin.write(each);
      }
      ahead.clear();
      parser =
          JSON.createParser(
              new SequenceInputStream(new ByteArrayInputStream(begin.toByteArray()), content));
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
      return new EventFile(new BufferedInputStream(content), shown);
    } catch (IOException e) {
      throw Failure.usage(shown + " cannot be read", "check its name and its rights", e);
    }
  }

  /**
   * The next value; {@code null} after the last.
   *
   * @throws InvalidEventException if a line is none; the next call goes on behind it
   */
  @Nullable JsonNode next() {
    try {
      do {
        JsonNode value = parser == null ? null : next(parser);
        if (value != null) {
          return value;
        }
      } while (byLine && nextLine());
      return null;
    } catch (JsonProcessingException e) {
      throw notJson(e.getLocation(), e);
    } catch (NumberFormatException e) {
      throw notJson(Objects.requireNonNull(parser).currentLocation(), e);
    } catch (IOException e) {
      throw Failure.usage(name + " cannot be read to its end", null, e);
    }
  }

  private @Nullable JsonNode next(JsonParser from) throws IOException {
    JsonToken token = from.nextToken();
    if (token == JsonToken.START_ARRAY && !inArray) {
      inArray = true;
      token = from.nextToken();
    }
    if (token == JsonToken.END_ARRAY && inArray) {
      inArray = false;
      token = from.nextToken();
    }
    return token == null ? null : from.readValueAsTree();
  }

  /** Its first line is a whole value, or the second begins one. */
  private boolean isByLine() throws IOException {
    byte[] first = peekLine();
    if (first == null || first[0] != '{' || isCut(first)) {
      return false;
    }
    try (JsonParser whole = JSON.createParser(first)) {
      while (whole.nextToken() != null) {
        // Only whether it has an end.
      }
      return true;
    } catch (JsonProcessingException e) {
      byte[] second = peekLine();
      return second != null && second[0] == '{' && !isCut(second);
    }
  }

  /** The next line that is not blank; {@code null} if none is. */
  private byte @Nullable [] peekLine() throws IOException {
    for (byte[] next = upToLineEnd(); next != null; next = upToLineEnd()) {
      ahead.add(next);
      if (!isBlank(next)) {
        return next;
      }
    }
    return null;
  }

  private static boolean isBlank(byte[] line) {
    for (byte each : line) {
      if (each != ' ' && each != '\t' && each != '\r' && each != '\n') {
        return false;
      }
    }
    return true;
  }

  private boolean nextLine() throws IOException {
    byte[] next = ahead.isEmpty() ? readLine() : ahead.poll();
    line++;
    inArray = false;
    parser = next == null ? null : JSON.createParser(next);
    return next != null;
  }

  /** A line; {@code null} after the last. What is beyond the longest is left out. */
  private byte @Nullable [] readLine() throws IOException {
    byte[] line = upToLineEnd();
    for (byte[] rest = line; rest != null && isCut(rest); ) {
      rest = upToLineEnd();
    }
    return line;
  }

  /** With the end of the line, or as much of it as is read at once; {@code null} after the last. */
  private byte @Nullable [] upToLineEnd() throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream(1024);
    int next = content.read();
    while (next >= 0) {
      read.write(next);
      if (next == '\n' || read.size() == LONGEST_LINE) {
        break;
      }
      next = content.read();
    }
    return read.size() == 0 ? null : read.toByteArray();
  }

  private static boolean isCut(byte[] line) {
    return line.length == LONGEST_LINE && line[line.length - 1] != '\n';
  }

  /** Without a piece of the content, which is not redacted yet. */
  private RuntimeException notJson(JsonLocation at, Exception e) {
    String what =
        e instanceof NumberFormatException ? " has an exponent beyond a billion" : " is not JSON";
    if (byLine) {
      parser = null;
      return new InvalidEventException(
          "body", "line " + line + what + ", from column " + at.getColumnNr() + " on");
    }
    return Failure.usage(
        name + what + " at line " + at.getLineNr() + ", column " + at.getColumnNr(),
        "the events before it are sent already; correct the file and send it all again: each is"
            + " stored once",
        e);
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw Failure.usage(name + " cannot be closed", null, e);
    }
  }
}
