// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.changetrail.store.StoreException;
import java.io.IOException;

/** JSON trees as compressed bytes. */
final class Bodies {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final int LEVEL = 1;
  private static final int LARGEST = 16 << 20;

  /** To make one takes longer than to compress a body with it. */
  private static final ThreadLocal<ZstdCompressCtx> COMPRESSORS =
      ThreadLocal.withInitial(() -> new ZstdCompressCtx().setLevel(LEVEL));

  private static final ThreadLocal<ZstdDecompressCtx> DECOMPRESSORS =
      ThreadLocal.withInitial(ZstdDecompressCtx::new);

  private Bodies() {}

  static byte[] pack(JsonNode tree) {
    try {
      return COMPRESSORS.get().compress(JSON.writeValueAsBytes(tree));
    } catch (JsonProcessingException e) {
      throw new StoreException("a JSON tree can always be written", e);
    }
  }

  static JsonNode unpack(byte[] packed) {
    try {
      long size = Zstd.getFrameContentSize(packed);
      if (size < 0 || size > LARGEST) {
        throw new StoreException("the data file is damaged: an event's body has no valid size");
      }
      return JSON.readTree(DECOMPRESSORS.get().decompress(packed, (int) size));
    } catch (IOException e) {
      throw new StoreException("the data file is damaged: an event's body is not JSON", e);
    }
  }

  static ObjectNode unpackObject(byte[] packed) {
    if (unpack(packed) instanceof ObjectNode object) {
      return object;
    }
    throw new StoreException("the data file is damaged: an event's body is no JSON object");
  }

  static ObjectNode emptyObject() {
    return JSON.createObjectNode();
  }

  static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new StoreException("the data file is damaged: not JSON", e);
    }
  }
}
