// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file must not say, and what the error says then. */
class WatcherConfigTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          discovery: 30s                                              | discovery: give a duration of ISO 8601
          discovery: PT0S                                             | discovery: give a duration of ISO 8601
          {namespaces: [a], namespaceSelector: {matchLabels: {a: b}}} | namespaceSelector: give it or namespaces
          namespaceSelector: {}                                       | selects everything; leave it out
          namespaceSelector: {matchExpressions: [{key: a, operator: In}]} | matchExpressions: give each its key and operator
          {secrets: true, leaderElection: {namespace: n, lease: l}}   | redaction.keyFile: give the replicas one key
          """)
  void anErrorNamesTheFieldAndWhatToDo(String more, String error) throws Exception {
    Path file = directory.resolve("watcher.yaml");
    String fields = more.startsWith("{") ? more.substring(1, more.length() - 1) : more;
    Files.writeString(file, "{cluster: test, server: 'http://127.0.0.1:1', " + fields + "}");
    assertThatThrownBy(() -> WatcherConfig.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(error);
  }
}
