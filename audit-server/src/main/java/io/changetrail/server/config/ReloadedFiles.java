// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in some files, read again when one of them changes. Files that are wrong by then
 * leave what was read last in force, and that is told. Thread-safe.
 */
public final class ReloadedFiles<T> implements Supplier<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);

  private final String setting;
  private final List<Path> files;
  private final Function<List<Path>, T> reader;
  private List<FileState> seen;

  /** As they were at the last look, if that was not yet a reason to read them. */
  private List<FileState> settling = List.of();

  private volatile T current;
  private volatile @Nullable String problem;

  private record FileState(FileTime modified, long size) {}

  /**
   * Reads the files.
   *
   * @param setting that names them
   * @param reader reads all of them; an exception of the two below says what is wrong, and where
   * @throws InvalidConfigException if the reader throws it
   * @throws IllegalArgumentException if the reader throws it
   */
  public ReloadedFiles(String setting, List<Path> files, Function<List<Path>, T> reader) {
    this.setting = setting;
    this.files = List.copyOf(files);
    this.reader = reader;
    // Before they are read: what is written in between is seen the next time.
    this.seen = states();
    this.current = reader.apply(this.files);
  }

  @Override
  public T get() {
    return current;
  }

  public List<Path> files() {
    return files;
  }

  /** The setting that names the files. */
  public String setting() {
    return setting;
  }

  /** What is wrong with the files, while what was read before is in force. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * Reads the files again if one of them changed, and has not since the look before: of one that is
   * still being written, the beginning may be a proper file that says less, as an empty one is.
   */
  public synchronized void refresh() {
    List<FileState> now = states();
    boolean settled = now.equals(settling);
    settling = now;
    if (now.equals(seen) || !settled) {
      return;
    }
    seen = now;
    try {
      current = reader.apply(files);
      problem = null;
      LOG.info("{}: read again: {}", setting, files);
    } catch (InvalidConfigException | IllegalArgumentException e) {
      problem = e.getMessage();
      LOG.warn("{}: it stays as it was, because what changed is wrong: {}", setting, problem);
    }
  }

  private List<FileState> states() {
    List<FileState> states = new ArrayList<>();
    for (Path file : files) {
      try {
        states.add(new FileState(Files.getLastModifiedTime(file), Files.size(file)));
      } catch (IOException e) {
        states.add(new FileState(FileTime.fromMillis(0), -1));
      }
    }
    return states;
  }
}
