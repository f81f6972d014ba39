// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.store.StoreException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AheadTest {
  private static final int MANY = 40;

  @Test
  void whatALookUpFailedOfIsToldAsIfItHadBeenMadeByWhoeverWaits() {
    StoreException failure = new StoreException("all readers are busy");
    Ahead<String> ahead =
        Ahead.begin(
            () -> {
              throw failure;
            });
    assertThatThrownBy(ahead::get).isSameAs(failure);
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void howeverManyWaitForEachOtherAllAreMade() {
    CountDownLatch met = new CountDownLatch(MANY);
    List<Ahead<Boolean>> all =
        IntStream.range(0, MANY)
            .mapToObj(i -> Ahead.begin(() -> Ahead.begin(() -> meet(met)).get()))
            .toList();
    assertThat(all).allMatch(Ahead::get);
  }

  private static boolean meet(CountDownLatch met) {
    met.countDown();
    try {
      return met.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
