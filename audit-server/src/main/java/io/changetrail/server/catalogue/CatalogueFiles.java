// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.catalogue;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.catalogue.InvalidCatalogueException;
import io.changetrail.server.config.ReloadedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The catalogue of some files, in Changetrail's own form or Backstage's. */
public final class CatalogueFiles {
  private CatalogueFiles() {}

  /**
   * Reads the files.
   *
   * @throws InvalidCatalogueException if one cannot be read; the message names it
   */
  public static ReloadedFiles<Catalogue> of(List<Path> files) {
    return new ReloadedFiles<>("catalogue", files, CatalogueFiles::read);
  }

  private static Catalogue read(List<Path> files) {
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
