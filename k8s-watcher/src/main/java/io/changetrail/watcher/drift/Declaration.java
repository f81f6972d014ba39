// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A place where it stands what an object should be like. */
public interface Declaration {
  /**
   * What somebody declared of an object: only the fields that they care for.
   *
   * @param by where it stands, for people
   */
  record Declared(ObjectNode state, String by) {}

  /**
   * What is declared of an object that the API serves; empty if nothing is. Of several, any may be
   * in force, and the first is the newest.
   */
  List<Declared> of(ObjectNode object);
}
