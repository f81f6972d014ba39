// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which commit a working tree of Git is at, from its files alone.
 *
 * @see <a href="https://git-scm.com/docs/gitrepository-layout">Layout of a repository</a>
 */
final class Checkout {
  private static final String REF = "ref: ";
  private static final String ELSEWHERE = "gitdir: ";

  private Checkout() {}

  /** The commit; empty where there is no checkout, or its files are of another form. */
  static Optional<String> revision(Path directory) {
    try {
      for (Path at = directory.toRealPath(); at != null; at = at.getParent()) {
        Path git = at.resolve(".git");
        if (Files.exists(git)) {
          return head(Files.isDirectory(git) ? git : elsewhere(at, git));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Of a further working tree it is a file that names the directory. */
  private static Path elsewhere(Path tree, Path file) throws IOException {
    String text = Files.readString(file).strip();
    return tree.resolve(text.startsWith(ELSEWHERE) ? text.substring(ELSEWHERE.length()) : text);
  }

  private static Optional<String> head(Path git) throws IOException {
    String head = Files.readString(git.resolve("HEAD")).strip();
    if (!head.startsWith(REF)) {
      return commit(head);
    }
    String ref = head.substring(REF.length());
    Path common =
        Files.exists(git.resolve("commondir"))
            ? git.resolve(Files.readString(git.resolve("commondir")).strip())
            : git;
    for (Path where : new Path[] {git, common}) {
      Path loose = where.resolve(ref);
      if (Files.isRegularFile(loose)) {
        return commit(Files.readString(loose).strip());
      }
    }
    return Files.exists(common.resolve("packed-refs"))
        ? Files.readAllLines(common.resolve("packed-refs")).stream()
            .filter(line -> line.endsWith(" " + ref))
            .findFirst()
            .flatMap(line -> commit(line.substring(0, line.indexOf(' '))))
        : Optional.empty();
  }

  private static Optional<String> commit(@Nullable String text) {
    return Optional.ofNullable(text).filter(one -> one.matches("[0-9a-f]{40}|[0-9a-f]{64}"));
  }
}
