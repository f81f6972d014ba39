// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import picocli.CommandLine;

public final class Changetrail {}
