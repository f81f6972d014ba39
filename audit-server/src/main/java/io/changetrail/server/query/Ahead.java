// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * What is looked up while something else is, because somebody waits for both.
 *
 * @param <T> what is found
 */
public final class Ahead<T> {
  /**
   * As many threads as are asked for, which those bound that answer requests: one that waits for
   * another of a bounded number might wait for ever.
   */
  private static final Executor THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "read-ahead");
            thread.setDaemon(true);
            return thread;
          });

  private final CompletableFuture<T> found;

  private Ahead(CompletableFuture<T> found) {
    this.found = found;
  }

  /** Begins at once, on a thread of its own. */
  public static <T> Ahead<T> begin(Supplier<T> lookUp) {
    return new Ahead<>(CompletableFuture.supplyAsync(lookUp, THREADS));
  }

  /** Waits for it; what it failed of is thrown here, as it was. */
  public T get() {
    try {
      return found.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }
}
