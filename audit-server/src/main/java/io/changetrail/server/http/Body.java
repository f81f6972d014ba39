// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * The body of one request: read without a thread while the client is slow, counted against the
 * {@link Budget} while it is held, and decompressed up to the limit.
 */
final class Body {
  private static final int STEP = 64 << 10;

  /** Small, so that many clients that send a byte and wait do not use up the budget. */
  private static final int RESERVED_AT_ONCE = 1 << 10;

  private final Request request;
  private final Limits limits;
  private final Budget budget;
  private final Consumer<Body> whenComplete;
  private final Consumer<Throwable> whenFailed;
  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private final long deadline;
  private long reserved;

  Body(
      Request request,
      Limits limits,
      Budget budget,
      Consumer<Body> whenComplete,
      Consumer<Throwable> whenFailed) {
    this.request = request;
    this.limits = limits;
    this.budget = budget;
    this.whenComplete = whenComplete;
    this.whenFailed = whenFailed;
    this.deadline = System.nanoTime() + limits.body().toNanos();
  }

  /** Reads what has come, and comes back when there is more. */
  void read() {
    try {
      if (request.getLength() > limits.bodyBytes()) {
        throw tooLarge();
      }
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          // Checked at each arrival only: a client that sends nothing at all is idle, and meets
          // that limit.
          if (System.nanoTime() > deadline) {
            throw tooSlow();
          }
          request.demand(this::read);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          whenFailed.accept(chunk.getFailure() instanceof TimeoutException ? tooSlow() : cutOff());
          return;
        }
        try {
          append(chunk);
        } finally {
          chunk.release();
        }
        if (chunk.isLast()) {
          whenComplete.accept(this);
          return;
        }
      }
    } catch (RuntimeException | Error e) {
      whenFailed.accept(e);
    }
  }

  private void append(Content.Chunk chunk) {
    int size = raw.size() + chunk.remaining();
    if (size > limits.bodyBytes()) {
      throw tooLarge();
    }
    if (size > reserved) {
      reserve((long) (size / RESERVED_AT_ONCE + 1) * RESERVED_AT_ONCE);
    }
    byte[] bytes = new byte[chunk.remaining()];
    chunk.getByteBuffer().get(bytes);
    raw.writeBytes(bytes);
  }

  /** The bytes, decompressed. Takes time, so it is called on the lane's thread. */
  byte[] decoded(Headers headers) throws IOException {
    byte[] bytes = decompressed(headers);
    long weight = Budget.weightOfJson(bytes);
    if (weight > budget.total()) {
      throw Problem.tooLarge(
              "has too many values to be decoded at once; send fewer events per request")
          .asException();
    }
    reserve(weight);
    return bytes;
  }

  private byte[] decompressed(Headers headers) throws IOException {
    String encoding = headers.joined("content-encoding").toLowerCase(Locale.ROOT);
    return switch (encoding) {
      case "", "identity" -> raw.toByteArray();
      case "gzip", "x-gzip" -> gunzip(raw.toByteArray());
      default ->
          throw Problem.of(
                  415,
                  "unsupported-encoding",
                  "Unsupported content encoding",
                  "content-encoding must be gzip or identity")
              .with("field", TextNode.valueOf("content-encoding"))
              .header("Accept-Encoding", "gzip")
              .asException();
    };
  }

  private byte[] gunzip(byte[] compressed) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed), 8 << 10)) {
      byte[] step = new byte[STEP];
      for (int read = in.read(step); read >= 0; read = in.read(step)) {
        plain.write(step, 0, read);
        if (plain.size() > limits.bodyBytes()) {
          throw tooLarge();
        }
        reserve((long) compressed.length + plain.size());
      }
      return plain.toByteArray();
    } catch (ZipException | EOFException e) {
      throw Problem.field("body", "is not valid gzip, as its content-encoding says").asException();
    }
  }

  /** Makes what is held of the budget at least so much. */
  private void reserve(long bytes) {
    if (bytes > reserved) {
      if (!budget.take(bytes - reserved)) {
        throw Problem.busy("too many bytes are in flight; send this request again later")
            .asException();
      }
      reserved = bytes;
    }
  }

  /** Gives everything back. */
  void release() {
    budget.giveBack(reserved);
    reserved = 0;
  }

  private ProblemException tooLarge() {
    return Problem.tooLarge(
            "has more than "
                + limits.bodyBytes()
                + " bytes, which is the limit also when decompressed; send fewer events per"
                + " request")
        .asException();
  }

  private static ProblemException tooSlow() {
    return Problem.of(
            408, "too-slow", "The request took too long", "the body did not arrive in time")
        .header("Connection", "close")
        .asException();
  }

  private static ProblemException cutOff() {
    return Problem.of(400, "cut-off", "The request is incomplete", "the body ended too early")
        .header("Connection", "close")
        .asException();
  }
}
