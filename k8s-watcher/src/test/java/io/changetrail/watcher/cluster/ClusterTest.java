// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where there is no cluster to be found. */
class ClusterTest {
  @TempDir private Path directory;

  @Test
  void O2_outsideOfAClusterAKubeconfigIsAskedForByTheNameOfItsOption() {
    assertThatThrownBy(() -> Cluster.connect(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no kubeconfig is given; use --kubeconfig FILE");
  }

  @Test
  void O2_aKubeconfigThatIsAbsentOrIsNoneIsNamed() throws Exception {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> Cluster.connect(absent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the kubeconfig " + absent + " is not there");
    Path other = Files.writeString(directory.resolve("other"), "- a list\n");
    assertThatThrownBy(() -> Cluster.connect(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(other + " is no kubeconfig");
  }
}
