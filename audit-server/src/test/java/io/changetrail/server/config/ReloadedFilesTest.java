// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedFilesTest {
  @TempDir private Path directory;

  private static ReloadedFiles<String> of(Path file) {
    return new ReloadedFiles<>("files", List.of(file), ReloadedFilesTest::read);
  }

  private static String read(List<Path> files) {
    try {
      return Files.readString(files.get(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatIsStillBeingWrittenLeavesWhatWasReadBeforeInForce() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "before");
    ReloadedFiles<String> files = of(file);

    Files.writeString(file, "");
    files.refresh();
    assertThat(files.get()).isEqualTo("before");
    Files.writeString(file, "half ", StandardOpenOption.APPEND);
    files.refresh();
    assertThat(files.get()).isEqualTo("before");
    Files.writeString(file, "and half", StandardOpenOption.APPEND);
    files.refresh();
    assertThat(files.get()).isEqualTo("before");

    files.refresh();
    assertThat(files.get()).isEqualTo("half and half");
  }
}
