// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.catalogue.InvalidCatalogueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue of some files, read again when one of them changes. A file that cannot be read any
 * more leaves the last good catalogue in force, and says so.
 */
public final class CatalogueFiles implements Supplier<Catalogue> {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogueFiles.class);

  private final List<Path> files;
  private List<FileState> seen = List.of();
  private volatile Catalogue current;
  private volatile @Nullable String problem;

  private record FileState(FileTime modified, long size) {}

  /**
   * Reads the files.
   *
   * @throws InvalidCatalogueException if one cannot be read; the message names it
   */
  public CatalogueFiles(List<Path> files) {
    this.files = List.copyOf(files);
    this.seen = states();
    this.current = read();
  }

  @Override
  public Catalogue get() {
    return current;
  }

  /** What is wrong with the files, while an older catalogue is in force. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Reads the files again if one of them changed. */
  public synchronized void refresh() {
    List<FileState> now = states();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      current = read();
      problem = null;
      LOG.info("catalogue read again: {} services", current.services().size());
    } catch (InvalidCatalogueException e) {
      problem = e.getMessage();
      LOG.warn("the catalogue stays as it was, because the changed one is wrong: {}", problem);
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

  private Catalogue read() {
    Catalogue all = Catalogue.empty();
    List<String> backstage = new ArrayList<>();
    for (Path file : files) {
      try {
        String text = Files.readString(file);
        if (text.contains("backstage.io/")) {
          backstage.add(text);
        } else {
          all = all.with(Catalogue.parse(text));
        }
      } catch (IOException e) {
        throw new InvalidCatalogueException("cannot read " + file + ": " + e.getMessage());
      } catch (InvalidCatalogueException e) {
        throw new InvalidCatalogueException(file + ": " + e.getMessage());
      }
    }
    for (String text : backstage) {
      all = all.withBackstage(text);
    }
    return all;
  }
}
