// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent
 *     events</a>
 */
final class EventStream implements Closeable {
  private final BufferedReader reader;
  private @Nullable String lastId;

  EventStream(InputStream body) {
    reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /**
   * One event.
   *
   * @param id to go on behind it; the last one that came, also with an earlier event
   * @param type {@code message} unless the server named it
   */
  record ServerSentEvent(@Nullable String id, String type, String data) {}

  /** Where to go on after what was read so far; {@code null} if the server did not say. */
  @Nullable String lastId() {
    return lastId;
  }

  /** Waits for the next event; {@code null} when the stream has ended. */
  @Nullable ServerSentEvent next() throws IOException {
    // It counts once its event is whole: who goes on behind one that broke off would miss that one.
    String id = lastId;
    String type = "message";
    StringBuilder data = new StringBuilder();
    boolean hasData = false;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.isEmpty()) {
        lastId = id;
        if (hasData) {
          return new ServerSentEvent(lastId, type, data.toString());
        }
        type = "message";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "id" -> id = value;
        case "event" -> type = value;
        case "data" -> {
          data.append(hasData ? "\n" : "").append(value);
          hasData = true;
        }
        default -> {
          // comments (an empty field), retry and what later versions add
        }
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
