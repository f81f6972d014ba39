// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** A way for a host to get rid of an event. */
interface Carrier extends AutoCloseable {
  /** What the host waits for. */
  void ship(AuditEvent event);

  /**
   * Waits until what it still has is sent or given up, at most for so long.
   *
   * @return whether it has nothing left, so that nothing more will arrive
   */
  boolean flush(Duration patience);

  @Override
  void close();

  /** Changetrail's, with its settings as they are. */
  static Carrier spool(Path directory, URI server) {
    Shipper shipper =
        Shipper.builder(directory)
            .to(new Destination("sink", server, Credentials.none()))
            .timeout(Duration.ofSeconds(10))
            .open();
    return new Carrier() {
      @Override
      public void ship(AuditEvent event) {
        shipper.ship(event);
      }

      @Override
      public boolean flush(Duration patience) {
        return shipper.flush(patience);
      }

      @Override
      public void close() {
        shipper.close();
      }
    };
  }

  /** One request for each event, made by the host's own thread. */
  static Carrier post(URI server) {
    CloudEventsCodec codec = new CloudEventsCodec();
    MediaType type = MediaType.get(CloudEventsCodec.MEDIA_TYPE);
    OkHttpClient http = new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(10)).build();
    return new Carrier() {
      @Override
      public void ship(AuditEvent event) {
        Request request =
            new Request.Builder()
                .url(server + "/v1/events")
                .post(RequestBody.create(codec.encode(event), type))
                .build();
        try (Response response = http.newCall(request).execute()) {
          response.body().bytes();
        } catch (IOException e) {
          // The event is lost: a plain client has nowhere to keep it.
          return;
        }
      }

      @Override
      public boolean flush(Duration patience) {
        return true;
      }

      @Override
      public void close() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
      }
    };
  }

  /** OpenTelemetry's batching log exporter with its settings as they are; the event is the body. */
  static Carrier openTelemetry(URI server) {
    CloudEventsCodec codec = new CloudEventsCodec();
    SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .addLogRecordProcessor(
                BatchLogRecordProcessor.builder(
                        OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(server + "/v1/logs")
                            .build())
                    .build())
            .build();
    Logger logger = provider.get("changetrail");
    return new Carrier() {
      @Override
      public void ship(AuditEvent event) {
        logger
            .logRecordBuilder()
            .setTimestamp(event.time())
            .setBody(new String(codec.encode(event), StandardCharsets.UTF_8))
            .emit();
      }

      @Override
      public boolean flush(Duration patience) {
        return provider.forceFlush().join(patience.toMillis(), TimeUnit.MILLISECONDS).isDone();
      }

      @Override
      public void close() {
        provider.shutdown().join(10, TimeUnit.SECONDS);
      }
    };
  }
}
